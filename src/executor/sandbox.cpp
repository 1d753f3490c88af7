// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/tree.h"
#include "model/names.h"

namespace podd {

namespace {

constexpr mode_t kPassage = 0711;  // of what leads to a sandbox: nobody looks around there
constexpr mode_t kHidden = 0700;   // of what leads to what is only ever bound into containers
constexpr mode_t kSandbox = 0750;
constexpr mode_t kPermissions = 07777;

void makeOwned(const std::string& path, uid_t uid, gid_t gid, mode_t mode) {
    constexpr mode_t kBeyondUmask = static_cast<mode_t>(~0755);  // what mkdir(2) would not grant
    const bool asMade = uid == 0 && gid == 0 && (mode & kBeyondUmask) == 0;
    if (::mkdir(path.c_str(), asMade ? mode : 0700) < 0 ||
        (!asMade && (::lchown(path.c_str(), uid, gid) < 0 || ::chmod(path.c_str(), mode) < 0)))
        throwErrno(errno, cat("create directory ", quoted(path)));
}

// What is missing on the way to a directory below `top`.
void makeWay(const std::string& path, const std::string& top, const User& owner, mode_t mode) {
    struct stat info {};
    if (!isBelow(path, top) || ::lstat(path.c_str(), &info) == 0)
        return;
    makeWay(parentOf(path), top, owner, mode);
    makeOwned(path, owner.uid, owner.gid, mode);
}

// In a directory that a container's user could have changed nothing yet: the sandbox has just been made.
void makeStep(const DirectoryStep& step) {
    if (step.like.empty()) {
        const User owner = resolveUser(step.owner);
        return makeOwned(step.path, owner.uid, owner.gid, step.mode);
    }
    struct stat info {};
    if (::stat(step.like.c_str(), &info) < 0)
        throwErrno(errno, cat("directory ", quoted(step.like), ", which a private one is to cover"));
    if (!S_ISDIR(info.st_mode))
        throwErrno(ENOTDIR, cat("directory ", quoted(step.like), ", which a private one is to cover"));
    makeOwned(step.path, info.st_uid, info.st_gid, info.st_mode & kPermissions);
}

}  // namespace

bool isBelow(std::string_view path, std::string_view directory) {
    if (!path.starts_with(directory) || path.size() < directory.size() + 2 || path[directory.size()] != '/')
        return false;
    for (const std::string& part : split(path.substr(directory.size() + 1), '/'))
        if (part.empty() || part == "." || part == "..")
            return false;
    return true;
}

void checkPaths(const LaunchPlan& plan, const std::string& stateDirectory) {
    const auto require = [](const std::string& path, const std::string& directory) {
        if (!isBelow(path, directory))
            throw Error(Errc::internal, cat("plan: ", quoted(path), ": not below ", quoted(directory)));
    };
    require(plan.sandbox, stateDirectory + "/sandboxes");
    for (const DirectoryStep& directory : plan.directories)
        require(directory.path, plan.sandbox);
    for (const FileStep& file : plan.files)
        require(file.path, plan.sandbox);
    for (const ContainerPlan& container : plan.containers)
        require(container.sandbox, plan.sandbox);
    if (!plan.sharedMemory.empty())
        require(plan.sharedMemory, plan.sandbox);
}

void Sandbox::begin() {
    makeDirectories(parentOf(plan_.sandbox), kPassage);
    if (::mkdir(plan_.sandbox.c_str(), kPassage) < 0)
        throwErrno(errno, cat("create directory ", quoted(plan_.sandbox)));
    made_ = true;
    if (plan_.sharedMemory.empty())
        return;
    makeOwned(plan_.sharedMemory, 0, 0, 01777);
    mountSharedMemory();
}

void Sandbox::make(const std::vector<User>& users) {
    for (size_t i = 0; i < plan_.containers.size(); ++i) {
        makeDirectories(parentOf(plan_.containers[i].sandbox), kPassage);
        makeOwned(plan_.containers[i].sandbox, users[i].uid, users[i].gid, kSandbox);
    }
    for (const DirectoryStep& directory : plan_.directories) {
        for (size_t i = 0; i < plan_.containers.size(); ++i)
            makeWay(parentOf(directory.path), plan_.containers[i].sandbox, users[i], kSandbox);
        makeWay(parentOf(directory.path), plan_.sandbox, User{}, kHidden);
        makeStep(directory);
    }
    for (const FileStep& file : plan_.files) {
        makeWay(parentOf(file.path), plan_.sandbox, User{}, kHidden);
        writeFileAtomically(file.path, file.content, Durability::volatileFile);
    }
    limitDisk();
}

void Sandbox::rewrite(const std::string& path, const std::string& content) const {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC));
    if (!file)
        throwErrno(errno, path);
    writeAll(file.get(), content, path);
}

// Where there are no quotas, the executor's DiskWatch sees to the limits.
void Sandbox::limitDisk() {
    for (const ContainerPlan& container : plan_.containers) {
        if (container.diskLimit == 0)
            continue;
        std::vector<std::string> own = {container.sandbox};
        for (const DirectoryStep& step : plan_.directories)
            if (isBelow(step.path, container.sandbox) ||
                isBelow(step.path, privateDirectory(plan_.sandbox, container.name)))
                own.push_back(step.path);
        within(cat("container ", quoted(container.name)),
               [&] { (void)quotas_.emplace_back().limit(own, container.diskLimit); });
    }
}

void Sandbox::mountSharedMemory() {
    if (::unshare(CLONE_NEWNS) < 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) < 0)
        throwErrno(errno, "mount namespace");
    const std::string options =
        cat("mode=1777", plan_.sharedMemoryOptions.empty() ? "" : ",", plan_.sharedMemoryOptions);
    if (::mount("tmpfs", plan_.sharedMemory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) < 0)
        throwErrno(errno, cat("mount tmpfs at ", quoted(plan_.sharedMemory)));
    mounted_ = true;
}

std::string Sandbox::remove() {
    if (mounted_ && ::umount2(plan_.sharedMemory.c_str(), MNT_DETACH) == 0)
        mounted_ = false;
    if (!made_)
        return "";
    std::string problems = removeTree(plan_.sandbox);
    quotas_.clear();
    made_ = !problems.empty();
    return problems;
}

}  // namespace podd
