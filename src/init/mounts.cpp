// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/mounts.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "init/failpoint.h"
#include "init/guards.h"
#include "init/source.h"
#include "init/system.h"
#include "init/view.h"

namespace podd::init {

namespace {

void attach(const Step& step, int source) {
    const int target = openTarget(step, source);
    if (moveMount(source, target) < 0)
        step.failed(InitStep::mount, step.mount().target.c_str());
    release(target);
    release(source);
}

// Attached at the sandbox, which it hides from this process only until the sandbox is bound into it.
void enterRoot(const Step& step, int source) {
    const int place = openAt(AT_FDCWD, step.view.plan.sandbox.c_str(), O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
    if (place < 0)
        fail(InitStep::sandbox, errno, step.view.plan.sandbox.c_str());
    if (moveMount(source, place) < 0)
        step.failed(InitStep::mount, "root");
    release(place);
    release(step.view.root);
    step.view.root = source;
    step.view.ownRoot = true;
}

// -1 for an optional step whose target is not there.
int existingTarget(const Step& step) {
    const int target = findTarget(step);
    if (target < 0 && !(errno == ENOENT && step.mount().optional))
        step.failed(InitStep::mountPoint, step.mount().target.c_str());
    return target;
}

void mask(const Step& step) {
    if (!kGuarded)
        return;
    const int target = existingTarget(step);
    if (target < 0)
        return;
    const int cover = openCover(step, isDirectory(target));
    if (moveMount(cover, target) < 0)
        step.failed(InitStep::mount, step.mount().target.c_str());
    release(target);
    if (cover != step.view.emptyDirectory && cover != step.view.emptyFile)
        release(cover);
}

void makeReadOnly(const Step& step) {
    if (!kGuarded)
        return;
    const int target = existingTarget(step);
    if (target < 0)
        return;
    const int copy = openTree(target, "", OPEN_TREE_CLONE | AT_EMPTY_PATH | AT_RECURSIVE);
    mount_attr attributes = {};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    if (copy < 0 || mountSetattr(copy, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes) < 0 || moveMount(copy, target) < 0)
        step.failed(InitStep::mount, step.mount().target.c_str());
    release(copy);
    release(target);
}

void makeLink(const Step& step) {
    const char* const path = step.mount().target.c_str();
    const char* const slash = strrchr(path, '/');
    char* const directory = strndup(path, slash == path ? 1 : static_cast<size_t>(slash - path));
    const int parent = openAt(step.view.root, directory, O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    if (parent < 0 || symlinkat(step.mount().source.c_str(), parent, slash + 1) < 0)
        step.failed(InitStep::mount, path);
    release(parent);
    free(directory);
}

void carryOut(const Step& step, int source) {
    switch (step.mount().kind) {
        case InitMountKind::cgroup: return;  // later
        case InitMountKind::root: return enterRoot(step, source);
        case InitMountKind::mask: return mask(step);
        case InitMountKind::readOnly: return makeReadOnly(step);
        case InitMountKind::link: return makeLink(step);
        default:
            if (source >= 0)
                attach(step, source);
    }
}

// The host's tree goes, with every descriptor into it.
void leaveHost(const View& view) {
    if (fchdir(view.root) < 0 || pivotRoot(".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        fail(InitStep::setup, errno, "change the root directory");
}

}  // namespace

void makeMounts(const Plan& plan) {
    if (!plan.mountNamespace)
        return;
    mount_attr slave = {};
    slave.propagation = kSlave;
    if (mountSetattr(AT_FDCWD, "/", AT_RECURSIVE, slave) < 0)
        fail(InitStep::setup, errno, "keep mounts from the host");
    View view{plan, openAt(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0)};
    int* const sources = static_cast<int*>(calloc(plan.mounts.count + 1, sizeof(int)));
    if (sources == nullptr)
        fail(InitStep::setup, ENOMEM, "mounts");
    for (uint32_t i = 0; i < plan.mounts.count; ++i)
        sources[i] = openSource({view, i});
    for (uint32_t i = 0; i < plan.mounts.count; ++i)
        carryOut({view, i}, sources[i]);
    if (view.ownRoot)
        leaveHost(view);
    if (kGuarded && closeRange(kLastFd + 1) < 0)
        fail(InitStep::setup, errno, "close_range");
    free(sources);
}

void enterCgroup(const Plan& plan) {
    for (uint32_t i = 0; i < plan.mounts.count; ++i) {
        if (plan.mounts[i].kind != InitMountKind::cgroup)
            continue;
        View view{plan, openAt(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0)};
        const Step step{view, i};
        if (unshare(CLONE_NEWCGROUP) < 0)
            fail(InitStep::setup, errno, "cgroup namespace");
        const int target = existingTarget(step);
        const int source = target < 0 ? -1 : newFilesystem(step, "cgroup2");
        if (source >= 0 && moveMount(source, target) < 0)
            step.failed(InitStep::mount, step.mount().target.c_str());
        close(source);
        close(target);
        close(view.root);
    }
}

}  // namespace podd::init
