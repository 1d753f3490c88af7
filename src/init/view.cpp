// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "init/guards.h"
#include "init/system.h"

namespace podd::init {

namespace {

constexpr uint64_t kBeneath = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
constexpr uint64_t kInRoot = RESOLVE_IN_ROOT | (kGuarded ? RESOLVE_NO_MAGICLINKS : 0);

// Where nobody mounts a volume: these tell about, and reach, more than the container.
constexpr const char* kKept[] = {"/proc", "/sys", "/dev"};

// Opens one component of a mount point; makes it if it is missing.
int openOrMake(const Step& step, int parent, const char* name, bool directory, bool forUser) {
    const int flags = O_PATH | O_NOFOLLOW | (directory ? O_DIRECTORY : 0);
    const int fd = openAt(parent, name, flags, kBeneath);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (directory && mkdirat(parent, name, 0755) < 0)
        return -1;
    if (!directory) {
        const int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (file < 0)
            return -1;
        release(file);
    }
    const Plan& plan = step.view.plan;
    if (forUser && fchownat(parent, name, plan.uid, plan.gid, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    return openAt(parent, name, flags, kBeneath);
}

// Walks from `at`, which it releases.
int walk(const Step& step, int at, bool directory, bool forUser) {
    char* const path = strdup(step.mount().target.c_str());
    char* rest = nullptr;
    for (char* name = strtok_r(path, "/", &rest); name != nullptr && at >= 0;) {
        char* const following = strtok_r(nullptr, "/", &rest);
        const int next = strcmp(name, ".") == 0
                             ? openAt(at, ".", O_PATH | O_DIRECTORY, kBeneath)
                             : openOrMake(step, at, name, following != nullptr || directory, forUser);
        release(at);
        at = next;
        name = following;
    }
    return at;
}

int openSandbox(const View& view) {
    // Absolute, and its author is podd.
    return view.ownRoot ? openAt(view.root, view.plan.sandbox.c_str(), O_PATH | O_DIRECTORY, kInRoot)
                        : openAt(AT_FDCWD, view.plan.sandbox.c_str(), O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
}

int openAbsolute(const Step& step, int source) {
    const View& view = step.view;
    const char* const path = step.mount().target.c_str();
    const int fd =
        view.ownRoot ? openAt(view.root, path, O_PATH, kInRoot) : openAt(AT_FDCWD, path, O_PATH, RESOLVE_NO_MAGICLINKS);
    if (fd >= 0 || errno != ENOENT || !view.ownRoot)
        return fd;
    const int made = walk(step, openAt(view.root, ".", O_PATH | O_DIRECTORY, kBeneath), isDirectory(source), false);
    if (made < 0 && errno == EROFS)
        errno = ENOENT;  // the host's file system is not for containers to change
    return made;
}

// A link that a file system of the host or an earlier volume has may lead where the text of the path does not say.
void refuseKept(const Step& step, int target) {
    if (!step.mount().volume || !kGuarded)
        return;
    const PathOf root(step.view.root);
    const PathOf path(target);
    const size_t above = step.view.ownRoot ? strlen(root.text) : 0;
    const char* const inside = strlen(path.text) >= above ? path.text + above : "";
    errno = EPERM;
    if (*inside == '\0' || strcmp(inside, "/") == 0)
        step.failed(InitStep::target, "/");
    for (const char* kept : kKept)
        if (isInside(inside, kept))
            step.failed(InitStep::target, kept);
}

}  // namespace

void Step::failed(InitStep step, const char* detail) const {
    fail(step, errno, detail, index);
}

bool isInside(const char* path, const char* directory) {
    const size_t size = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
    return strncmp(path, directory, size) == 0 && (path[size] == '\0' || path[size] == '/');
}

PathOf::PathOf(int fd) {
    char link[32];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(link, text, sizeof(text) - 1);
    text[size < 0 ? 0 : size] = '\0';
}

bool isDirectory(int fd) {
    struct stat info = {};
    return fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
}

int openTarget(const Step& step, int source) {
    const bool absolute = step.mount().target.c_str()[0] == '/';
    const int fd =
        absolute ? openAbsolute(step, source) : walk(step, openSandbox(step.view), isDirectory(source), true);
    if (fd < 0)
        step.failed(InitStep::mountPoint, step.mount().target.c_str());
    refuseKept(step, fd);
    return fd;
}

int findTarget(const Step& step) {
    return openAt(step.view.root, step.mount().target.c_str(), O_PATH | O_NOFOLLOW,
                  kInRoot | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

}  // namespace podd::init
