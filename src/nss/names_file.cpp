// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nss/names_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace podd::nss {

namespace {

constexpr const char* kDomain = ".podd.internal";
constexpr const char* kBlank = " \t\r\f\v";

// tolower(3) would ask the locale.
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Without the '.' of the root.
size_t lengthOf(const char* name) {
    const size_t length = strlen(name);
    return length > 0 && name[length - 1] == '.' ? length - 1 : length;
}

bool isSame(const char* left, const char* right, size_t length) {
    for (size_t i = 0; i < length; ++i)
        if (lower(left[i]) != lower(right[i]))
            return false;
    return true;
}

// 0, or why it is not to be read.
int whyNotReadable(int fd) {
    struct stat info = {};
    if (fstat(fd, &info) < 0)
        return errno;
    if (!S_ISREG(info.st_mode))
        return EINVAL;
    return static_cast<size_t>(info.st_size) > kMaxFile ? EFBIG : 0;
}

}  // namespace

bool isOurs(const char* name) {
    const size_t length = lengthOf(name);
    const size_t domain = strlen(kDomain);
    return length > domain && isSame(name + length - domain, kDomain, domain);
}

bool isSameName(const char* left, const char* right) {
    const size_t length = lengthOf(left);
    return length == lengthOf(right) && isSame(left, right, length);
}

bool Address::parse(const char* text) {
    family = strchr(text, ':') != nullptr ? AF_INET6 : AF_INET;
    size = family == AF_INET6 ? 16 : 4;
    return inet_pton(family, text, bytes) == 1;
}

bool Address::operator==(const Address& other) const {
    return family == other.family && size == other.size && memcmp(bytes, other.bytes, size) == 0;
}

NamesFile::NamesFile(const char* path) : fd_(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    error_ = fd_ < 0 ? errno : whyNotReadable(fd_);
}

NamesFile::~NamesFile() {
    if (fd_ >= 0)
        close(fd_);
}

// False at the end.
bool NamesFile::fill() {
    const size_t wanted = left_ < sizeof(chunk_) ? left_ : sizeof(chunk_);
    ssize_t got = 0;
    do
        got = read(fd_, chunk_, wanted);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        error_ = errno;
    at_ = 0;
    filled_ = got < 0 ? 0 : static_cast<size_t>(got);
    left_ -= filled_;
    return filled_ > 0;
}

// The next line, "" for one that is none; the last one may lack its end.
bool NamesFile::readLine() {
    size_t length = 0;
    bool good = true;
    bool any = false;
    for (const char* end = nullptr; end == nullptr;) {
        if (at_ == filled_ && !fill())
            break;
        any = true;
        const char* const from = chunk_ + at_;
        end = static_cast<const char*>(memchr(from, '\n', filled_ - at_));
        const size_t size = end != nullptr ? static_cast<size_t>(end - from) : filled_ - at_;
        at_ += size + (end != nullptr ? 1 : 0);
        good = good && length + size < kMaxLine && memchr(from, '\0', size) == nullptr;
        if (good)
            memcpy(line_ + length, from, size);
        length += good ? size : 0;
    }
    line_[good ? length : 0] = '\0';
    return any && error_ == 0;
}

char* NamesFile::nextField() {
    rest_ += strspn(rest_, kBlank);
    if (*rest_ == '\0')
        return nullptr;
    char* const field = rest_;
    rest_ += strcspn(rest_, kBlank);
    if (*rest_ != '\0')
        *rest_++ = '\0';
    return field;
}

bool NamesFile::next() {
    while (error_ == 0 && readLine()) {
        line_[strcspn(line_, "#")] = '\0';
        rest_ = line_;
        address_ = nextField();
        if (address_ != nullptr)
            return true;
    }
    return false;
}

const char* NamesFile::nextName() {
    return nextField();
}

}  // namespace podd::nss
