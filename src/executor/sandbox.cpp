// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/sandbox.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/tree.h"

namespace podd {

namespace {

void makeOwned(const std::string& path, const User& owner, mode_t mode) {
    makeDirectories(parentOf(path));
    if (::mkdir(path.c_str(), 0700) < 0 || ::lchown(path.c_str(), owner.uid, owner.gid) < 0 ||
        ::chmod(path.c_str(), mode) < 0)
        throwErrno(errno, cat("create directory ", quoted(path)));
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
    for (const std::string& directory : plan.directories)
        require(directory, plan.sandbox);
    for (const ContainerPlan& container : plan.containers)
        require(container.sandbox, plan.sandbox);
    if (!plan.sharedMemory.empty())
        require(plan.sharedMemory, plan.sandbox);
}

void Sandbox::make(const std::vector<User>& users, const User& volumeOwner) {
    makeDirectories(parentOf(plan_.sandbox));
    if (::mkdir(plan_.sandbox.c_str(), 0755) < 0)
        throwErrno(errno, cat("create directory ", quoted(plan_.sandbox)));
    made_ = true;
    for (size_t i = 0; i < plan_.containers.size(); ++i)
        makeOwned(plan_.containers[i].sandbox, users[i], 0755);
    for (const std::string& directory : plan_.directories)
        makeOwned(directory, volumeOwner, 0755);
    if (!plan_.sharedMemory.empty())
        makeOwned(plan_.sharedMemory, User{}, 01777);
}

void Sandbox::mountSharedMemory() {
    if (plan_.sharedMemory.empty())
        return;
    if (::unshare(CLONE_NEWNS) < 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) < 0)
        throwErrno(errno, "mount namespace");
    if (::mount("tmpfs", plan_.sharedMemory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") < 0)
        throwErrno(errno, cat("mount tmpfs at ", quoted(plan_.sharedMemory)));
    mounted_ = true;
}

std::string Sandbox::remove() {
    if (mounted_ && ::umount2(plan_.sharedMemory.c_str(), MNT_DETACH) == 0)
        mounted_ = false;
    if (!made_)
        return "";
    std::string problems = removeTree(plan_.sandbox);
    made_ = !problems.empty();
    return problems;
}

}  // namespace podd
