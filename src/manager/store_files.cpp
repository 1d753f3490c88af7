// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/store_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "model/envelope.h"

namespace podd {

namespace {

constexpr size_t kMaxFile = size_t{1} << 20;  // the canonical form of a definition is 256 KiB at most

bool saysNothingOfTheFile(int error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR;
}

SealedFile damaged(std::string why) {
    return {SealedFile::Kind::damaged, "", std::move(why)};
}

SealedFile unreadable(const std::string& path, int error) {
    if (saysNothingOfTheFile(error))
        throwErrno(error, cat("read ", quoted(path)));
    return damaged(cat("it cannot be read: ", errnoText(error)));
}

std::string whyNotWhole(std::string_view text, std::string_view kind) {
    if (text.empty())
        return "it is empty";
    if (!text.starts_with(cat("# podd 1 ", kind, ' ')))
        return text.starts_with("# podd ") ? "it has another format" : "it has no header";
    return "its checksum or length does not hold";
}

}  // namespace

SealedFile readSealedFile(const std::string& path, std::string_view kind) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd && errno == ENOENT)
        return {};
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) < 0)
        return unreadable(path, errno);
    if (!S_ISREG(info.st_mode))
        return damaged(S_ISDIR(info.st_mode) ? "it is a directory" : "it is no regular file");
    if (static_cast<size_t>(info.st_size) > kMaxFile)
        return damaged("it is too large");
    std::string text(static_cast<size_t>(info.st_size), '\0');
    const ssize_t got = ::pread(fd.get(), text.data(), text.size(), 0);
    if (got < 0)
        return unreadable(path, errno);
    text.resize(static_cast<size_t>(got));
    std::optional<std::string> body = unsealed(kind, text);
    if (!body)
        return damaged(whyNotWhole(text, kind));
    return {SealedFile::Kind::whole, *std::move(body), ""};
}

std::string setAside(const std::string& path, const std::string& why) {
    return setAsideAs(path, path + ".damaged", why);
}

std::string setAsideAs(const std::string& path, const std::string& to, const std::string& why) {
    std::string name = to;
    for (int attempt = 2; ::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) < 0;
         ++attempt) {
        if (errno != EEXIST || attempt > 1000) {
            log::error(cat(quoted(path), " is damaged: ", why, "; it cannot be set aside: ", errnoText(errno)));
            return path;
        }
        name = cat(to, '.', attempt);
    }
    log::error(cat(quoted(path), " is damaged: ", why, "; set aside as ", quoted(name)));
    return name;
}

void sweepDirectory(const std::string& directory, bool (*expected)(const std::string& name)) {
    for (const std::string& name : listDirectory(directory)) {
        const std::string path = cat(directory, '/', name);
        if (expected(name) || name.find(".damaged") != std::string::npos)
            continue;
        if (!name.ends_with(".new")) {
            log::warning(cat(quoted(path), " is not podd's: ignored"));
            continue;
        }
        log::info(cat(quoted(path), " was never finished: removed"));
        if (const std::string problem = removeTree(path); !problem.empty())
            log::warning(problem);
    }
}

bool isDirectory(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace podd
