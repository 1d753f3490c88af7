// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/credentials.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/guards.h"
#include "init/report.h"

namespace podd::init {

namespace {

void require(bool done, const char* what) {
    if (!done)
        fail(InitStep::user, errno, what);
}

struct Capabilities {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};

    void get() { require(syscall(SYS_capget, &header, sets) == 0, "capget"); }
    void set() { require(syscall(SYS_capset, &header, sets) == 0, "capset"); }
};

// What a program gets by its user id is all that it gets.
void dropInheritedCapabilities() {
    require(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0, "ambient capabilities");
    Capabilities capabilities;
    capabilities.get();
    for (__user_cap_data_struct& set : capabilities.sets)
        set.inheritable = 0;
    capabilities.set();
}

void dropBounds(uint64_t kept) {
    for (int number = 0; number < 64; ++number) {
        if ((kept >> number & 1) != 0 || prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0)
            continue;
        require(errno == EINVAL, "bounding set");
        return;  // this kernel has no more of them
    }
}

// For root, who keeps what it has until it is told otherwise; everybody else has lost all by now.
void restrictCapabilities(uint64_t kept) {
    Capabilities capabilities;
    capabilities.get();
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; ++i) {
        const auto half = static_cast<uint32_t>(kept >> (32 * i));
        capabilities.sets[i].effective &= half;
        capabilities.sets[i].permitted &= half;
    }
    capabilities.set();
}

void checkIds(const Plan& plan) {
    uid_t uids[3] = {};
    gid_t gids[3] = {};
    require(getresuid(&uids[0], &uids[1], &uids[2]) == 0 && getresgid(&gids[0], &gids[1], &gids[2]) == 0, "read ids");
    errno = EPERM;
    for (int i = 0; i < 3; ++i)
        require(uids[i] == plan.uid && gids[i] == plan.gid, "ids are not what was asked for");
}

}  // namespace

// The capabilities that pass over permissions go from the effective set with the file system's uid, and come back with
// it (capabilities(7)).
void seeAsUser(const Plan& plan) {
    require(setgroups(plan.groups.count, plan.groups.items) == 0, "setgroups");
    setfsgid(plan.gid);
    setfsuid(plan.uid);
}

void seeAsRoot() {
    setfsuid(0);
    setfsgid(0);
}

void restrictBounds(const Plan& plan) {
    dropInheritedCapabilities();
    if (plan.restrictCapabilities && kGuarded)
        dropBounds(plan.capabilities);
}

void setLimits(const Plan& plan) {
    for (uint32_t i = 0; i < plan.limits.count; ++i) {
        const InitLimit& limit = plan.limits[i];
        const rlimit value{limit.soft, limit.hard};
        if (setrlimit(static_cast<int>(limit.resource), &value) < 0)
            fail(InitStep::limit, errno, "setrlimit", i);
    }
}

void becomeUser(const Plan& plan) {
    require(setgroups(plan.groups.count, plan.groups.items) == 0, "setgroups");
    require(setresgid(plan.gid, plan.gid, plan.gid) == 0, "setresgid");
    require(setresuid(plan.uid, plan.uid, plan.uid) == 0, "setresuid");
    checkIds(plan);
    if (plan.restrictCapabilities && kGuarded)
        restrictCapabilities(plan.capabilities);
}

}  // namespace podd::init
