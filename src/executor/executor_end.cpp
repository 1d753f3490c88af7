// SPDX-License-Identifier: LGPL-2.1-or-later
// The end of an instance: of its containers one by one, of its launch, of itself.
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "executor/end_notice.h"
#include "executor/executor.h"
#include "sd/event.h"

namespace podd {

namespace {

constexpr uint64_t kDrainUsec = 200'000;       // for a pipe that somebody outside the container holds open
constexpr uint64_t kJournaldUsec = 2'000'000;  // for journald to take some of the rest

// How a child ended; nothing while it lives. It stays a zombie unless it is reaped here.
std::optional<fate::End> endOf(const Container& container, bool reap) {
    siginfo_t info{};
    const int options = WEXITED | WNOHANG | (reap ? 0 : WNOWAIT);
    if (::waitid(P_PIDFD, static_cast<id_t>(container.pidfd.get()), &info, options) < 0 || info.si_pid == 0)
        return std::nullopt;
    return fate::End{.exited = info.si_code == CLD_EXITED,
                     .status = info.si_status,
                     .coreDumped = info.si_code == CLD_DUMPED,
                     .usec = sd::realTimeUsec()};
}

void killAndReap(int pidfd) {
    siginfo_t info{};
    (void)::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0);
    while (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED) < 0 && errno == EINTR)
        continue;
}

std::string describe(const fate::End& end) {
    if (end.exited)
        return cat("exit ", end.status);
    const char* const name = ::sigabbrev_np(end.status);
    return name == nullptr ? cat("signal ", end.status) : cat("signal ", name);
}

}  // namespace

void Executor::onEnd(Container& container) {
    while (container.control && onControl(container))
        continue;
    const std::optional<fate::End> end = endOf(container, false);
    if (!end || record_.phase == InstancePhase::ended)
        return;
    if (container.memory)
        (void)container.memory->oomKills();  // while the cgroup may still be there
    if (starting() && end->exited && end->status == 128 + SIGTERM)
        return callOff(Report::Kind::failed);  // systemd stops the units: podd knows why
    if (starting())
        return cancel(Report::Kind::failed, cat("container ", quoted(container.plan.name),
                                                ": ended before it was started: ", describe(*end)));
    PODD_CRASHPOINT("executor.ended");
    container.end = *end;
    container.stopRequested = stopper_.stopping() && container.record.reason != EndReason::healthCheck;
    container.endWatch.reset();
    checks_.end(container);
    container.namespaces = {};
    stopper_.killRest(container);
    container.drainWatch = loop_.timer(kDrainUsec, [&] { stopDraining(container); });
    onDrained(container);
}

void Executor::stopDraining(Container& container) {
    for (size_t i = 0; i < container.output.size(); ++i)
        if (container.output[i] != nullptr)
            relay_.abandon(container.output[i]);
    if (container.pidfd)
        reap(container);  // journald is away: what it still has to get comes without the container's
                          // credentials
}

void Executor::onDrained(Container& container) {
    if (container.drained() && !container.living() && container.pidfd)
        reap(container);
    if (finishing_ && relay_.idle())
        conclude();
}

// Of a cgroup that was removed before its last events could be read, the instance's cgroup tells, if it is the only one.
uint64_t Executor::oomKills(const Container& container) const {
    const uint64_t own = container.memory->oomKills();
    const auto killed = [](const Container& each) { return each.record.reason == EndReason::oomKill; };
    if (own > 0 || !container.memory->gone() || std::any_of(containers_.begin(), containers_.end(), killed))
        return own;
    return oomKillsBelow(parentOf(container.memory->group()));
}

// Not before the output is with journald, which wants to see the process that the entries are attributed to.
void Executor::reap(Container& container) {
    container.drainWatch.reset();
    (void)endOf(container, true);
    container.pidfd.reset();
    fate::enter(container.record, container.end, container.kill, container.stopRequested);
    if (container.memory && fate::endedByOom(container.record, oomKills(container))) {
        container.record.reason = EndReason::oomKill;
        container.record.limitBytes = container.memory->limitBytes();
    }
    container.memory.reset();
    PODD_CRASHPOINT("executor.reaped");
    announceEnd(notices_, plan_, container.plan, container.record);
    writeRecord();
    PODD_CRASHPOINT("executor.exited");
    report(Report::Kind::exited);
    switch (fate::afterEnd(record_, container.record)) {
        case fate::Next::goOn: return;
        case fate::Next::stopOthers:
            checks_.stop();
            if (!stopper_.stopping())
                stopper_.terminate();
            return;
        case fate::Next::finish: return finish();
    }
}

void Executor::onCheck(const Container& container, CheckPurpose purpose, bool transition) {
    if (transition)
        announceCheck(notices_, plan_, container.plan, container.record, purpose);
    writeRecord();
    report(Report::Kind::checked);
}

// It and its siblings have one fate, each with its grace.
void Executor::onUnhealthy(Container& container) {
    container.record.reason = EndReason::healthCheck;
    checks_.stop();
    stopper_.terminate();
}

void Executor::onDiskMeasured(const std::vector<uint64_t>& bytes) {
    for (size_t i = 0; i < containers_.size(); ++i) {
        Container& container = containers_[i];
        if (!container.plan.measureDisk)
            continue;
        container.record.diskBytes = bytes[i];
        const uint64_t limit = container.plan.diskLimit;
        if (limit == 0 || bytes[i] <= limit || !container.living() || stopper_.stopping())
            continue;
        container.record.reason = EndReason::diskLimit;
        container.record.limitBytes = limit;
        stopper_.killForLimit(container);
    }
    report(Report::Kind::measured);
}

void Executor::finish() {
    disk_.stop();
    finishing_ = true;
    if (relay_.idle())
        conclude();
    else
        awaitJournald();
}

// For as long as it takes something.
void Executor::awaitJournald() {
    lastRelay_ = loop_.timer(kJournaldUsec, [this, left = relay_.unsentBytes()] {
        if (relay_.unsentBytes() < left)
            awaitJournald();
        else
            conclude();
    });
}

void Executor::conclude() {
    if (record_.phase == InstancePhase::ended)
        return;
    if (const size_t lost = relay_.unsentBytes(); lost != 0)
        log::warning(cat(plan_.pod, '.', plan_.number, ": ", lost, " bytes of output lost: journald is away"));
    PODD_CRASHPOINT("executor.conclude");
    const std::string left = sandbox_.remove();
    if (!left.empty())
        log::error(cat(plan_.pod, '.', plan_.number, ": remove ", quoted(plan_.sandbox), ": ", left));
    PODD_CRASHPOINT("executor.emptied");
    record_.phase = InstancePhase::ended;
    writeRecord();
    PODD_CRASHPOINT("executor.last-record");
    report(Report::Kind::ended, left);
    PODD_CRASHPOINT("executor.last-report");
    link_.close();
    loop_.leave();
}

// Undoes the launch; nothing of the containers has run.
void Executor::cancel(Report::Kind kind, const std::string& problem) {
    if (record_.phase == InstancePhase::ended)
        return;
    if (!waitsForUnits_)
        link_.connect();  // it failed before there was anything to tell
    PODD_CRASHPOINT("executor.cancel");
    for (auto container = containers_.rbegin(); container != containers_.rend(); ++container) {
        container->controlWatch.reset();
        container->endWatch.reset();
        container->namespaces = {};
        killAndReap(container->pidfd.get());
    }
    const std::string left = sandbox_.remove();
    if (!left.empty())
        log::error(cat(plan_.pod, '.', plan_.number, ": remove ", quoted(plan_.sandbox), ": ", left));
    record_.phase = InstancePhase::ended;
    record_.problem = problem;
    writeRecord();
    PODD_CRASHPOINT("executor.canceled");
    report(kind, problem);
    link_.close();
    loop_.leave();
}

}  // namespace podd
