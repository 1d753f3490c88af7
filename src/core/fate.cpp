// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/fate.h"

#include <algorithm>
#include <csignal>

namespace podd::fate {

namespace {

constexpr uint64_t kFirstLookUsec = 20'000;
constexpr uint64_t kLastLookUsec = 100'000;

}  // namespace

bool mayRelease(const Launch& launch) {
    return launch.scoped && launch.networked && launch.ready == launch.containers;
}

Next afterEnd(const InstanceRecord& record, const ContainerRecord& ended) {
    const bool all = std::all_of(record.containers.begin(), record.containers.end(),
                                 [](const auto& container) { return container.phase == ContainerPhase::exited; });
    if (all)
        return Next::finish;
    return ended.failed() ? Next::stopOthers : Next::goOn;
}

Kill killNow(const Stopping& container) {
    if (container.sinceUsec >= container.graceUsec)
        return Kill::graceOver;
    if (container.pidNamespace && !container.hearsTerm && container.alone)
        return Kill::insteadOfTerm;
    return Kill::none;
}

uint64_t nextLook(uint64_t usec) {
    return std::clamp(usec + usec / 2, kFirstLookUsec, kLastLookUsec);
}

void enter(ContainerRecord& record, const End& end, Kill kill, bool stopRequested) {
    record.phase = ContainerPhase::exited;
    record.endedUsec = end.usec;
    record.exitCode = end.exited ? end.status : 0;
    record.exitSignal = end.exited ? 0 : end.status;
    if (kill == Kill::insteadOfTerm && record.exitSignal == SIGKILL)
        record.exitSignal = SIGTERM;
    record.coreDumped = end.coreDumped;
    record.stopRequested = stopRequested;
}

bool endedByOom(const ContainerRecord& ended, uint64_t oomKills) {
    constexpr int64_t kShellsWord = 128 + SIGKILL;  // for a child that was killed
    return oomKills > 0 && ended.phase == ContainerPhase::exited && ended.reason == EndReason::none &&
           (ended.exitSignal == SIGKILL || ended.exitCode == kShellsWord);
}

}  // namespace podd::fate
