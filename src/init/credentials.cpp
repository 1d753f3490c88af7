// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/credentials.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/report.h"

namespace podd::init {

namespace {

void require(bool done, const char* what) {
    if (!done)
        fail(InitStep::user, errno, what);
}

// What a program gets by its user id is all that it gets.
void dropInheritedCapabilities() {
    require(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0, "ambient capabilities");
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
    require(syscall(SYS_capget, &header, sets) == 0, "capget");
    for (__user_cap_data_struct& set : sets)
        set.inheritable = 0;
    require(syscall(SYS_capset, &header, sets) == 0, "capset");
}

}  // namespace

void becomeUser(const Plan& plan) {
    dropInheritedCapabilities();
    require(setgroups(plan.groups.count, plan.groups.items) == 0, "setgroups");
    require(setresgid(plan.gid, plan.gid, plan.gid) == 0, "setresgid");
    require(setresuid(plan.uid, plan.uid, plan.uid) == 0, "setresuid");
    uid_t uids[3] = {};
    gid_t gids[3] = {};
    require(getresuid(&uids[0], &uids[1], &uids[2]) == 0 && getresgid(&gids[0], &gids[1], &gids[2]) == 0, "read ids");
    errno = EPERM;
    for (int i = 0; i < 3; ++i)
        require(uids[i] == plan.uid && gids[i] == plan.gid, "ids are not what was asked for");
}

}  // namespace podd::init
