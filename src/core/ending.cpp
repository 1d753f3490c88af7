// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/ending.h"

#include <algorithm>

namespace podd {

namespace {

ContainerTermination factsOf(const ContainerRecord& container) {
    ContainerTermination facts{.name = container.name, .state = containerStateName(container)};
    if (container.phase == ContainerPhase::preparing)
        facts.state = "not-started";
    if (container.phase == ContainerPhase::running)
        facts.state = "lost";  // its parent, the executor, ended before it
    facts.startedUsec = container.startedUsec;
    if (container.phase != ContainerPhase::exited)
        return facts;
    facts.endedUsec = container.endedUsec;
    facts.exitCode = container.exitCode;
    facts.exitSignal = container.exitSignal;
    facts.result = resultName(container);
    facts.message = describeExit(container);
    facts.limitBytes = container.reason == EndReason::none ? 0 : container.limitBytes;
    return facts;
}

}  // namespace

const char* containerStateName(const ContainerRecord& container) {
    if (container.phase == ContainerPhase::preparing)
        return "preparing";
    if (container.phase == ContainerPhase::running)
        return "running";
    if (container.stopRequested && (container.exitCode != 0 || container.exitSignal != 0))
        return "killed";
    return container.failed() ? "failed" : "finished";
}

std::string resultName(const ContainerRecord& container) {
    if (container.phase != ContainerPhase::exited)
        return "";
    if (container.reason != EndReason::none)
        return std::string(kEndReasons.name(container.reason));
    if (container.exitSignal != 0)
        return container.coreDumped ? "core-dump" : "signal";
    return container.exitCode == 0 ? "success" : "exit-code";
}

std::optional<Termination> terminationOf(const InstanceState& ended, uint64_t nowUsec) {
    if (ended.outcome.kind != Outcome::Kind::failed && ended.outcome.kind != Outcome::Kind::finished)
        return std::nullopt;
    Termination termination;
    termination.result = ended.outcome.kind == Outcome::Kind::failed ? "failed" : "finished";
    termination.message = ended.outcome.text;
    for (const ContainerRecord& container : ended.record.containers) {
        termination.containers.push_back(factsOf(container));
        termination.endedUsec = std::max(termination.endedUsec, termination.containers.back().endedUsec);
    }
    const bool allKnown = std::all_of(termination.containers.begin(), termination.containers.end(),
                                      [](const ContainerTermination& each) { return each.state != "lost"; });
    if (termination.endedUsec == 0 || !allKnown)
        termination.endedUsec = nowUsec;
    return termination;
}

}  // namespace podd
