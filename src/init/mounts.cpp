// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "init/report.h"
#include "init/system.h"

namespace podd::init {

namespace {

constexpr uint64_t kOnHost = RESOLVE_NO_MAGICLINKS;
constexpr uint64_t kInSandbox = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

// Who is to own what is made, and which mount an error is about.
struct Context {
    const Plan& plan;
    int sandbox;
    uint32_t index;

    const Mount& mount() const { return plan.mounts[index]; }
    [[noreturn]] void failed(InitStep step, const char* detail) const { fail(step, errno, detail, index); }
};

uint64_t attributesOf(const Mount& mount) {
    uint64_t attributes = mount.readOnly ? MOUNT_ATTR_RDONLY : 0;
    if (mount.volume || mount.kind != InitMountKind::bind)
        attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    if (mount.kind == InitMountKind::proc || mount.kind == InitMountKind::mqueue)
        attributes |= MOUNT_ATTR_NOEXEC;
    return attributes;
}

int bindSource(const Context& context) {
    const Mount& mount = context.mount();
    const int fd = openTree(AT_FDCWD, mount.source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (fd < 0)
        context.failed(InitStep::mountSource, mount.source.c_str());
    mount_attr attributes = {};
    attributes.attr_set = attributesOf(mount);
    attributes.propagation = kSlave;
    if (mountSetattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes) < 0)
        context.failed(InitStep::mount, "attributes");
    return fd;
}

// "size=64m,mode=1777" as tmpfs(5) has it.
void configure(const Context& context, int filesystem) {
    char* const options = strdup(context.mount().options.c_str());
    char* rest = nullptr;
    for (char* key = strtok_r(options, ",", &rest); key != nullptr; key = strtok_r(nullptr, ",", &rest)) {
        char* const equals = strchr(key, '=');
        if (equals != nullptr)
            *equals = '\0';
        const unsigned command = equals != nullptr ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
        if (fsConfig(filesystem, command, key, equals != nullptr ? equals + 1 : nullptr) < 0)
            context.failed(InitStep::mount, key);
    }
}

int newFilesystem(const Context& context, const char* type) {
    const int filesystem = fsOpen(type);
    if (filesystem < 0)
        context.failed(InitStep::mount, type);
    configure(context, filesystem);
    if (fsConfig(filesystem, FSCONFIG_CMD_CREATE, nullptr, nullptr) < 0)
        context.failed(InitStep::mount, type);
    const int fd = fsMount(filesystem, static_cast<unsigned>(attributesOf(context.mount())));
    if (fd < 0)
        context.failed(InitStep::mount, type);
    close(filesystem);
    return fd;
}

int openSource(const Context& context) {
    switch (context.mount().kind) {
        case InitMountKind::bind: return bindSource(context);
        case InitMountKind::proc: return newFilesystem(context, "proc");
        case InitMountKind::tmpfs: return newFilesystem(context, "tmpfs");
        case InitMountKind::mqueue: return newFilesystem(context, "mqueue");
    }
    fail(InitStep::plan, EBADMSG, "a mount of an unknown kind");
}

bool isDirectory(int fd) {
    struct stat info = {};
    return fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
}

// Opens one component of a mount point below the sandbox; makes it if it is missing.
int openOrMake(const Context& context, int parent, const char* name, bool directory) {
    const int flags = O_PATH | O_NOFOLLOW | (directory ? O_DIRECTORY : 0);
    int fd = openAt(parent, name, flags, kInSandbox);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (directory && mkdirat(parent, name, 0755) < 0)
        return -1;
    if (!directory) {
        const int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (file < 0)
            return -1;
        close(file);
    }
    if (fchownat(parent, name, context.plan.uid, context.plan.gid, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    return openAt(parent, name, flags, kInSandbox);
}

int targetInSandbox(const Context& context, bool directory) {
    int at = openAt(context.sandbox, ".", O_PATH | O_DIRECTORY, kInSandbox);
    char* const path = strdup(context.mount().target.c_str());
    char* rest = nullptr;
    for (char* name = strtok_r(path, "/", &rest); name != nullptr && at >= 0;) {
        char* const following = strtok_r(nullptr, "/", &rest);
        const int next = strcmp(name, ".") == 0 ? openAt(at, ".", O_PATH | O_DIRECTORY, kInSandbox)
                                                : openOrMake(context, at, name, following != nullptr || directory);
        const int error = errno;
        close(at);
        errno = error;
        at = next;
        name = following;
    }
    return at;
}

void attach(const Context& context, int source) {
    const Mount& mount = context.mount();
    const int target = mount.target.c_str()[0] == '/' ? openAt(AT_FDCWD, mount.target.c_str(), O_PATH, kOnHost)
                                                      : targetInSandbox(context, isDirectory(source));
    if (target < 0)
        context.failed(InitStep::mountPoint, mount.target.c_str());
    if (moveMount(source, target) < 0)
        context.failed(InitStep::mount, mount.target.c_str());
    close(target);
    close(source);
}

}  // namespace

void makeMounts(const Plan& plan, int sandbox) {
    mount_attr slave = {};
    slave.propagation = kSlave;
    if (mountSetattr(AT_FDCWD, "/", AT_RECURSIVE, slave) < 0)
        fail(InitStep::setup, errno, "keep mounts from the host");
    int* const sources = static_cast<int*>(calloc(plan.mounts.count + 1, sizeof(int)));
    if (sources == nullptr)
        fail(InitStep::setup, ENOMEM, "mounts");
    for (uint32_t i = 0; i < plan.mounts.count; ++i)
        sources[i] = openSource({plan, sandbox, i});
    for (uint32_t i = 0; i < plan.mounts.count; ++i)
        attach({plan, sandbox, i}, sources[i]);
}

}  // namespace podd::init
