// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/source.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "init/guards.h"
#include "init/system.h"

namespace podd::init {

namespace {

constexpr uint64_t kOnHost = RESOLVE_NO_MAGICLINKS;

// The inode of a device is the host's: on a read-only mount it can be written to, but its owner and mode stay what they are.
constexpr uint64_t kDevice = MOUNT_ATTR_RDONLY;

uint64_t attributesOf(const Mount& mount) {
    uint64_t attributes = mount.readOnly ? MOUNT_ATTR_RDONLY : 0;
    switch (mount.kind) {
        case InitMountKind::root: break;
        case InitMountKind::device: attributes |= kDevice; break;
        case InitMountKind::bind:
            attributes |= mount.check == InitSourceCheck::otherMount ? 0 : MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
            break;
        case InitMountKind::devpts: attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC; break;
        case InitMountKind::tmpfs: attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV; break;
        default: attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    }
    return attributes;
}

// A copy of what is mounted at an O_PATH descriptor, attached nowhere.
int copyOf(const Step& step, int source, bool recursive, uint64_t propagation) {
    const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    const int fd = openTree(source, "", OPEN_TREE_CLONE | flags);
    if (fd < 0)
        step.failed(InitStep::mount, "copy");
    mount_attr attributes = {};
    attributes.attr_set = attributesOf(step.mount());
    attributes.propagation = propagation;
    if (mountSetattr(fd, "", flags, attributes) < 0)
        step.failed(InitStep::mount, "attributes");
    return fd;
}

// Whether the way there from the root directory, which is the host's as long as sources are opened, leads over a mount.
bool isOnOtherMount(const Step& step) {
    const char* const path = step.mount().source.c_str();
    const int fd = openAt(step.view.root, path + strspn(path, "/"), O_PATH, RESOLVE_NO_XDEV | kOnHost);
    if (fd >= 0)
        release(fd);
    return fd < 0 && errno == EXDEV;
}

// File systems that are the kernel's own face.
bool isKernels(int fd) {
    constexpr long kTypes[] = {PROC_SUPER_MAGIC, SYSFS_MAGIC,   CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC,
                               SECURITYFS_MAGIC, TRACEFS_MAGIC, BPF_FS_MAGIC,       DEVPTS_SUPER_MAGIC};
    struct statfs info = {};
    if (fstatfs(fd, &info) < 0)
        return true;
    for (const long type : kTypes)
        if (static_cast<long>(info.f_type) == type)
            return true;
    return false;
}

const char* typeName(mode_t mode) {
    if (S_ISSOCK(mode))
        return "a socket";
    if (S_ISFIFO(mode))
        return "a FIFO";
    return S_ISREG(mode) || S_ISDIR(mode) ? nullptr : "a device";
}

// Below a directory that everybody may use who may manage pods, others may have made links.
void refuseEscape(const Step& step, const PathOf& path) {
    bool confined = false;
    for (const Text& directory : step.view.plan.confining) {
        if (isInside(path.text, directory.c_str()))
            return;
        confined = confined || isInside(step.mount().source.c_str(), directory.c_str());
    }
    errno = EPERM;
    if (confined)
        step.failed(InitStep::forbidden, path.text);
}

// What a volume of the host may not show: what podd itself lives on, and with which a container would be more than one.
void refuseForbidden(const Step& step, int source) {
    if (!kGuarded)
        return;
    struct stat info = {};
    if (fstat(source, &info) < 0)
        step.failed(InitStep::mountSource, step.mount().source.c_str());
    errno = EPERM;
    if (const char* type = typeName(info.st_mode); type != nullptr)
        step.failed(InitStep::forbidden, type);
    if (isKernels(source))
        step.failed(InitStep::forbidden, "a file system of the kernel");
    const PathOf path(source);
    refuseEscape(step, path);
    for (const Text& forbidden : step.view.plan.forbidden) {
        const int fd = openAt(AT_FDCWD, forbidden.c_str(), O_PATH, kOnHost);
        if (fd < 0)
            continue;  // there is none
        const PathOf kept(fd);
        release(fd);
        errno = EPERM;
        if (isInside(path.text, kept.text) || isInside(kept.text, path.text))
            step.failed(InitStep::forbidden, forbidden.c_str());
    }
}

int bindSource(const Step& step) {
    const Mount& mount = step.mount();
    if (mount.check == InitSourceCheck::otherMount && !isOnOtherMount(step))
        return -1;
    const int source = openAt(AT_FDCWD, mount.source.c_str(), O_PATH, kOnHost);
    if (source < 0 && errno == ENOENT && mount.optional)
        return -1;
    if (source < 0)
        step.failed(InitStep::mountSource, mount.source.c_str());
    if (mount.check == InitSourceCheck::hostVolume)
        refuseForbidden(step, source);
    // The parts of a root of the container's own are there from the beginning, and nothing is added to them.
    const bool part = mount.check == InitSourceCheck::otherMount || mount.kind == InitMountKind::root;
    const int fd = copyOf(step, source, !part, part ? kPrivate : kSlave);
    release(source);
    return fd;
}

// "1:3"
bool isDevice(int fd, const char* numbers) {
    struct stat info = {};
    if (fstat(fd, &info) < 0 || !(S_ISCHR(info.st_mode) || (S_ISBLK(info.st_mode) && *numbers == '\0')))
        return false;
    char text[32];
    snprintf(text, sizeof(text), "%u:%u", major(info.st_rdev), minor(info.st_rdev));
    return *numbers == '\0' || strcmp(text, numbers) == 0;
}

int openDevice(const Step& step, const char* path, const char* numbers, bool optional) {
    const int fd = openAt(AT_FDCWD, path, O_PATH | O_NOFOLLOW, kOnHost);
    if (fd < 0 && errno == ENOENT && optional)
        return -1;
    if (fd < 0)
        step.failed(InitStep::mountSource, path);
    if (kGuarded && !isDevice(fd, numbers)) {
        errno = ENODEV;
        step.failed(InitStep::mountSource, path);
    }
    return fd;
}

int deviceSource(const Step& step) {
    const Mount& mount = step.mount();
    const int source = openDevice(step, mount.source.c_str(), mount.options.c_str(), mount.optional);
    if (source < 0)
        return -1;
    const int fd = copyOf(step, source, false, kPrivate);
    release(source);
    return fd;
}

// "size=64m,mode=1777" as tmpfs(5) has it.
void configure(const Step& step, int filesystem) {
    char* const options = strdup(step.mount().options.c_str());
    char* rest = nullptr;
    for (char* key = strtok_r(options, ",", &rest); key != nullptr; key = strtok_r(nullptr, ",", &rest)) {
        char* const equals = strchr(key, '=');
        if (equals != nullptr)
            *equals = '\0';
        const unsigned command = equals != nullptr ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
        if (fsConfig(filesystem, command, key, equals != nullptr ? equals + 1 : nullptr) < 0)
            step.failed(InitStep::mount, key);
    }
}

// /dev/null, which reads as empty; not NODEV, or nobody could read it.
int nullFile(const Step& step) {
    const int fd = openTree(step.view.nullDevice, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    mount_attr attributes = {};
    attributes.attr_set = kDevice;
    if (fd < 0 || mountSetattr(fd, "", AT_EMPTY_PATH, attributes) < 0)
        step.failed(InitStep::mount, "copy");
    return fd;
}

}  // namespace

int newFilesystem(const Step& step, const char* type) {
    const int filesystem = fsOpen(type);
    if (filesystem < 0)
        step.failed(InitStep::mount, type);
    configure(step, filesystem);
    if (fsConfig(filesystem, FSCONFIG_CMD_CREATE, nullptr, nullptr) < 0)
        step.failed(InitStep::mount, type);
    const int fd = fsMount(filesystem, static_cast<unsigned>(attributesOf(step.mount())));
    if (fd < 0)
        step.failed(InitStep::mount, type);
    release(filesystem);
    return fd;
}

int openSource(const Step& step) {
    switch (step.mount().kind) {
        case InitMountKind::bind:
        case InitMountKind::root: return bindSource(step);
        case InitMountKind::device: return deviceSource(step);
        case InitMountKind::proc: return newFilesystem(step, "proc");
        case InitMountKind::sysfs: return newFilesystem(step, "sysfs");
        case InitMountKind::tmpfs: return newFilesystem(step, "tmpfs");
        case InitMountKind::devpts: return newFilesystem(step, "devpts");
        case InitMountKind::mqueue: return newFilesystem(step, "mqueue");
        case InitMountKind::mask:
            if (step.view.nullDevice < 0)
                step.view.nullDevice = openDevice(step, "/dev/null", "1:3", false);
            return -1;
        case InitMountKind::cgroup:
        case InitMountKind::readOnly:
        case InitMountKind::link: return -1;
    }
    fail(InitStep::plan, EBADMSG, "a mount of an unknown kind");
}

int openCover(const Step& step, bool directory) {
    View& view = step.view;
    int& first = directory ? view.emptyDirectory : view.emptyFile;
    if (first < 0)
        return first = directory ? newFilesystem(step, "tmpfs") : nullFile(step);
    // What is attached nowhere could not be copied, but the caller has attached the first. A copy has its attributes.
    const int fd = openTree(first, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    if (fd < 0)
        step.failed(InitStep::mount, "copy");
    return fd;
}

}  // namespace podd::init
