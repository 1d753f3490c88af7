// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/guards.h"
#include "init/report.h"

namespace podd::init {

namespace {

static_assert(sizeof(sock_filter) == sizeof(uint64_t));

void load(const Plan& plan) {
    if (plan.seccomp.count == 0 || !kGuarded)
        return;
    sock_fprog program = {};
    program.len = static_cast<unsigned short>(plan.seccomp.count);
    program.filter = reinterpret_cast<sock_filter*>(plan.seccomp.items);
    if (plan.seccomp.count > BPF_MAXINSNS)
        fail(InitStep::seccomp, E2BIG, "filter");
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
        fail(InitStep::seccomp, errno, "seccomp");
}

}  // namespace

void filterBeforeUser(const Plan& plan) {
    if (!plan.noNewPrivileges)
        load(plan);
}

void filterAfterUser(const Plan& plan) {
    if (!plan.noNewPrivileges || !kGuarded)
        return;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        fail(InitStep::seccomp, errno, "no_new_privs");
    load(plan);
}

}  // namespace podd::init
