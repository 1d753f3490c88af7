// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/stopper.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "executor/process.h"
#include "sd/event.h"

namespace podd {

namespace {

void signalByPidfd(const Container& container, int number) {
    (void)::syscall(SYS_pidfd_send_signal, container.pidfd.get(), number, nullptr, 0);
}

fate::Stopping view(const Container& container, uint64_t sinceUsec) {
    fate::Stopping view{
        .pidNamespace = container.plan.pidNamespace, .sinceUsec = sinceUsec, .graceUsec = container.plan.killGraceUsec};
    if (view.pidNamespace) {
        view.hearsTerm = processHears(container.pid(), SIGTERM);
        view.alone = !view.hearsTerm && !hasLivingChildren(container.pid());
    }
    return view;
}

}  // namespace

void Stopper::begin() {
    if (stopping())
        return;
    sinceUsec_ = sd::monotonicUsec();
    look();
}

void Stopper::terminate() {
    for (const Container& container : containers_) {
        if (!container.living())
            continue;
        if (const auto group = scopeDirectory(cgroupRoot_, container.pid(), container.plan.scope))
            terminateGroup(*group);
        else
            signalByPidfd(container, SIGTERM);
    }
    begin();
}

void Stopper::signal(const std::string& scope, int number) {
    for (const Container& container : containers_)
        if (container.plan.scope == scope && container.living())
            signalByPidfd(container, number);
}

void Stopper::killAll() {
    for (Container& container : containers_)
        if (container.living())
            kill(container, fate::Kill::graceOver);
}

void Stopper::killRest(const Container& container) {
    if (container.plan.pidNamespace)
        return;  // the kernel has killed them
    if (const auto group = scopeDirectory(cgroupRoot_, container.pid(), container.plan.scope))
        (void)killGroup(*group);
}

void Stopper::kill(Container& container, fate::Kill why) {
    container.kill = why;
    const auto group = scopeDirectory(cgroupRoot_, container.pid(), container.plan.scope);
    if (group)
        (void)killGroup(*group);
    signalByPidfd(container, SIGKILL);
}

void Stopper::look() {
    const uint64_t since = sd::monotonicUsec() - sinceUsec_;
    uint64_t soonest = UINT64_MAX;
    stepUsec_ = fate::nextLook(stepUsec_);
    for (Container& container : containers_) {
        if (!container.living() || container.kill != fate::Kill::none)
            continue;
        const fate::Stopping now = view(container, since);
        const fate::Kill why = fate::killNow(now);
        if (why != fate::Kill::none)
            kill(container, why);
        else
            soonest = std::min({soonest, stepUsec_, now.graceUsec - since});
    }
    if (soonest != UINT64_MAX)
        next_ = loop_.timer(soonest, [this] { look(); });
}

}  // namespace podd
