# SPDX-License-Identifier: LGPL-2.1-or-later
"""What needs the real root of a mount namespace.

    newroot.py private COMMAND…      a mount namespace of its own, from which
                                     nothing propagates back to the host
    newroot.py rooted COMMAND…       the same, and its root is the present root
                                     directory, also where that is a chroot
    newroot.py pivot DIR COMMAND…    DIR, a mount point, becomes the root of
                                     this mount namespace; the old root is gone

A plain chroot is not a mount point, so neither unshare(1) nor pivot_root(8)
works in one. Here the process steps to its namespace's real root for the one
call (setns(2) to one's own namespace does that) and comes back. Programs that
call pivot_root(2), or enter mount namespaces, need one that is real (`rooted`).
"""

import contextlib
import ctypes
import os
import platform
import sys

CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 0x00020000, 0x1000, 0x4000, 0x40000, 2
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

libc = ctypes.CDLL(None, use_errno=True)


def check(what, result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def step_to_real_root():
    with contextlib.closing(os.fdopen(os.open("/proc/self/ns/mnt", os.O_RDONLY))) as own:
        check("setns", libc.setns(own.fileno(), CLONE_NEWNS))


def private():
    check("unshare", libc.unshare(CLONE_NEWNS))
    root, cwd = os.open("/", os.O_PATH), os.getcwd()
    step_to_real_root()
    check("mount", libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    os.fchdir(root)
    os.chroot(".")
    os.chdir(cwd)


def pivot(directory):
    new = os.open(directory, os.O_PATH)
    step_to_real_root()
    os.fchdir(new)
    number = SYS_PIVOT_ROOT[platform.machine()]
    check("pivot_root", libc.syscall(number, b".", b"."))
    check("umount", libc.umount2(b".", MNT_DETACH))
    os.chroot(".")
    os.chdir("/")


def rooted():
    private()
    root, cwd = os.open("/", os.O_PATH), os.getcwd()
    step_to_real_root()
    os.fchdir(root)
    path = os.getcwdb()
    check("mount", libc.mount(path, path, None, MS_BIND | MS_REC, None))
    pivot(path)
    os.chdir(cwd)


def main(arguments):
    if arguments[:1] == ["private"]:
        private()
        command = arguments[1:]
    elif arguments[:1] == ["rooted"]:
        rooted()
        command = arguments[1:]
    elif arguments[:1] == ["pivot"]:
        pivot(arguments[1])
        command = arguments[2:]
    else:
        sys.exit(__doc__)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
