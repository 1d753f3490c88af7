// SPDX-License-Identifier: LGPL-2.1-or-later
// System calls that musl 1.2.3 has no function for; as in their man pages.
#pragma once

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// NOLINTBEGIN(cppcoreguidelines-macro-usage): from linux/mount.h and linux/fcntl.h, which clash with musl's
// own
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
// NOLINTEND(cppcoreguidelines-macro-usage)

namespace podd::init {

constexpr uint64_t kPrivate = 1 << 18;  // MS_PRIVATE
constexpr uint64_t kSlave = 1 << 19;    // MS_SLAVE

inline int openTree(int directory, const char* path, unsigned flags) {
    return static_cast<int>(syscall(SYS_open_tree, directory, path, flags | OPEN_TREE_CLOEXEC));
}
inline int moveMount(int from, int to) {
    return static_cast<int>(
        syscall(SYS_move_mount, from, "", to, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}
inline int mountSetattr(int directory, const char* path, unsigned flags, const mount_attr& attributes) {
    return static_cast<int>(syscall(SYS_mount_setattr, directory, path, flags, &attributes, sizeof(attributes)));
}
inline int fsOpen(const char* type) {
    return static_cast<int>(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
}
inline int fsConfig(int context, unsigned command, const char* key, const char* value) {
    return static_cast<int>(syscall(SYS_fsconfig, context, command, key, value, 0));
}
inline int fsMount(int context, unsigned attributes) {
    return static_cast<int>(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes));
}
inline int openAt(int directory, const char* path, int flags, uint64_t resolve) {
    open_how how = {};
    how.flags = static_cast<uint64_t>(flags) | O_CLOEXEC;
    how.resolve = resolve;
    return static_cast<int>(syscall(SYS_openat2, directory, path, &how, sizeof(how)));
}
inline int pivotRoot(const char* newRoot, const char* putOld) {
    return static_cast<int>(syscall(SYS_pivot_root, newRoot, putOld));
}
inline int closeRange(unsigned first) {
    return static_cast<int>(syscall(SYS_close_range, first, ~0U, 0));
}
// For a descriptor that nobody needs any more, but that makeMounts() closes with all others at its end: mounting takes
// hundreds of them, and a system call for each would be a tenth of all.
inline void release(int fd) {
    constexpr int kManyDescriptors = 256;  // of the 1024 that a process may usually have
    if (fd >= kManyDescriptors)
        close(fd);
}

}  // namespace podd::init
