// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/strings.h"

namespace podd {

namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

// A directory on the way down: open, and known by the name it has in its parent.
struct Level {
    Directory stream;
    std::string name;
};

struct Removal {
    dev_t device = 0;
    std::vector<Level> levels;
    std::string complaints;

    void complain(std::string_view name, int number) {
        complaints += cat(complaints.empty() ? "" : "; ", quoted(name), ": ", errnoText(number));
    }

    // Opens a directory below `parent`; nothing when it is none, is on another device or cannot be opened.
    Directory open(int parent, const std::string& name) {
        UniqueFd fd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct stat info {};
        if (!fd || ::fstat(fd.get(), &info) < 0) {
            complain(name, errno);
            return {nullptr, &::closedir};
        }
        if (levels.empty())
            device = info.st_dev;
        if (info.st_dev != device) {
            complain(name, EXDEV);
            return {nullptr, &::closedir};
        }
        return {::fdopendir(fd.release()), &::closedir};
    }

    // Removes one entry, or goes one level down into it.
    void take(int parent, const dirent& entry) {
        const std::string name = entry.d_name;
        if (name == "." || name == ".." || ::unlinkat(parent, entry.d_name, 0) == 0 || errno == ENOENT)
            return;
        if (errno != EISDIR && errno != EPERM)
            return complain(name, errno);
        if (::unlinkat(parent, entry.d_name, AT_REMOVEDIR) == 0)
            return;
        if (errno != ENOTEMPTY && errno != EEXIST)
            return complain(name, errno);
        if (Directory down = open(parent, name))
            levels.push_back({std::move(down), name});
    }

    void run() {
        while (!levels.empty()) {
            const size_t depth = levels.size();
            DIR* stream = levels.back().stream.get();
            const dirent* entry = nullptr;
            while (levels.size() == depth && (entry = ::readdir(stream)) != nullptr)
                take(::dirfd(stream), *entry);
            if (levels.size() > depth)
                continue;
            const std::string name = levels.back().name;
            levels.pop_back();
            if (!levels.empty() && ::unlinkat(::dirfd(levels.back().stream.get()), name.c_str(), AT_REMOVEDIR) < 0)
                complain(name, errno);
        }
    }
};

struct Measurement {
    dev_t device = 0;
    std::vector<Directory> levels;
    std::set<ino_t> linked;  // files with several links that have been counted
    uint64_t bytes = 0;

    void count(const struct stat& info) {
        constexpr uint64_t kBlock = 512;  // of st_blocks, stat(3type)
        const bool several = !S_ISDIR(info.st_mode) && info.st_nlink > 1;
        if (!several || linked.insert(info.st_ino).second)
            bytes += static_cast<uint64_t>(info.st_blocks) * kBlock;
    }

    void enter(int parent, const char* name) {
        UniqueFd fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct stat info {};
        if (!fd || ::fstat(fd.get(), &info) < 0 || (!levels.empty() && info.st_dev != device))
            return;
        device = info.st_dev;
        count(info);
        if (Directory stream{::fdopendir(fd.release()), &::closedir})
            levels.push_back(std::move(stream));
    }

    void take(int parent, const char* name) {
        struct stat info {};
        if (std::string_view(name) == "." || std::string_view(name) == ".." ||
            ::fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
            return;
        if (S_ISDIR(info.st_mode))
            enter(parent, name);
        else if (info.st_dev == device)
            count(info);
    }

    void run() {
        while (!levels.empty()) {
            const size_t depth = levels.size();
            DIR* stream = levels.back().get();
            const dirent* entry = nullptr;
            while (levels.size() == depth && (entry = ::readdir(stream)) != nullptr)
                take(::dirfd(stream), entry->d_name);
            if (levels.size() == depth)
                levels.pop_back();
        }
    }
};

}  // namespace

uint64_t treeSize(const std::string& path) {
    Measurement measurement;
    measurement.enter(AT_FDCWD, path.c_str());
    measurement.run();
    return measurement.bytes;
}

std::string removeTree(const std::string& path) {
    Removal removal;
    struct stat info {};
    if (::lstat(path.c_str(), &info) < 0)
        return errno == ENOENT ? "" : cat(quoted(path), ": ", errnoText(errno));
    if (!S_ISDIR(info.st_mode))
        return ::unlink(path.c_str()) == 0 ? "" : cat(quoted(path), ": ", errnoText(errno));
    if (Directory top = removal.open(AT_FDCWD, path)) {
        removal.levels.push_back({std::move(top), path});
        removal.run();
        if (::rmdir(path.c_str()) < 0 && errno != ENOENT)
            removal.complain(path, errno);
    }
    return removal.complaints;
}

}  // namespace podd
