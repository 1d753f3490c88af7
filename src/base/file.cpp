// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

}  // namespace

std::string parentOf(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string readDescriptor(int fd, const std::string& name, size_t limit) {
    std::string content;
    std::array<char, 4096> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read()
    for (;;) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throwErrno(errno, cat("read ", quoted(name)));
        if (n == 0)
            return content;
        if (content.size() + static_cast<size_t>(n) > limit)
            throwErrno(EFBIG, cat("read ", quoted(name)));
        content.append(buffer.data(), static_cast<size_t>(n));
    }
}

std::string readFile(const std::string& path, size_t limit) {
    std::optional<std::string> content = readFileIfExists(path, limit);
    if (!content)
        throwErrno(ENOENT, cat("open ", quoted(path)));
    return *std::move(content);
}

std::optional<std::string> readFileIfExists(const std::string& path, size_t limit) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT)
        return std::nullopt;
    if (!fd)
        throwErrno(errno, cat("open ", quoted(path)));
    return readDescriptor(fd.get(), path, limit);
}

void syncDirectory(const std::string& path) {
    const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) < 0)
        throwErrno(errno, cat("sync ", quoted(path)));
}

void writeFileAtomically(const std::string& path, std::string_view content, Durability durability, unsigned mode) {
    const std::string fresh = path + ".new";
    try {
        const UniqueFd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
        if (!fd)
            throwErrno(errno, cat("create ", quoted(fresh)));
        PODD_FAILPOINT("file.created");
        writeAll(fd.get(), content, fresh);
        PODD_FAILPOINT("file.written");
        if (durability == Durability::durable && ::fsync(fd.get()) < 0)
            throwErrno(errno, cat("sync ", quoted(fresh)));
        PODD_FAILPOINT("file.synced");
        if (::rename(fresh.c_str(), path.c_str()) < 0)
            throwErrno(errno, cat("rename ", quoted(fresh)));
    } catch (const Error&) {
        (void)::unlink(fresh.c_str());
        throw;
    }
    PODD_CRASHPOINT("file.renamed");
    if (durability == Durability::durable)
        syncDirectory(parentOf(path));
}

void renameDurably(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) < 0)
        throwErrno(errno, cat("rename ", quoted(from)));
    PODD_FAILPOINT("file.moved");
    syncDirectory(parentOf(to));
}

void makeDirectories(const std::string& path, unsigned mode, bool durable) {
    if (::mkdir(path.c_str(), mode) == 0) {
        if (durable)
            syncDirectory(parentOf(path));
        return;
    }
    if (errno == EEXIST)
        return;
    if (errno != ENOENT || path == parentOf(path))
        throwErrno(errno, cat("create directory ", quoted(path)));
    makeDirectories(parentOf(path), mode, durable);
    makeDirectories(path, mode, durable);
}

std::vector<std::string> listDirectory(const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), &::closedir);
    std::vector<std::string> names;
    if (!directory) {
        if (errno == ENOENT)
            return names;
        throwErrno(errno, cat("open directory ", quoted(path)));
    }
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

UniqueFd sealedMemfd(const char* name, std::string_view content) {
    UniqueFd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd)
        throwErrno(errno, "memfd_create");
    writeAll(fd.get(), content, name);
    if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) < 0)
        throwErrno(errno, "seal memfd");
    return fd;
}

std::string readSealed(int fd, size_t limit) {
    const int seals = ::fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & kSeals) != kSeals)
        throw Error(Errc::internal, "the plan is not in a sealed memfd");
    struct stat info {};
    if (::fstat(fd, &info) < 0)
        throwErrno(errno, "fstat memfd");
    if (static_cast<size_t>(info.st_size) > limit)
        throwErrno(EFBIG, "read memfd");
    std::string content(static_cast<size_t>(info.st_size), '\0');
    if (::pread(fd, content.data(), content.size(), 0) != info.st_size)
        throwErrno(EIO, "read memfd");
    return content;
}

void writeAll(int fd, std::string_view content, std::string_view what) {
    while (!content.empty()) {
        const ssize_t n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throwErrno(errno, cat("write ", quoted(what)));
        content.remove_prefix(static_cast<size_t>(n));
    }
}

}  // namespace podd
