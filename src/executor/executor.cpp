// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/executor.h"

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/log.h"
#include "base/strings.h"
#include "executor/fields.h"
#include "executor/launch.h"
#include "executor/wording.h"
#include "sd/event.h"

namespace podd {

namespace {

constexpr uint64_t kUnitsUsec = 30'000'000;    // for podd to make the units
constexpr uint64_t kDrainUsec = 200'000;       // for a pipe that somebody outside the container holds open
constexpr uint64_t kLastReapUsec = 50'000;     // SIGTERM may come 0.6 ms before the last container can be reaped
constexpr uint64_t kJournaldUsec = 2'000'000;  // for journald to take some of the rest

InstanceRecord firstRecord(const LaunchPlan& plan) {
    InstanceRecord record{.pod = plan.pod,
                          .number = plan.number,
                          .version = plan.version,
                          .phase = InstancePhase::starting,
                          .executorPid = ::getpid(),
                          .problem = "",
                          .containers = {}};
    for (const ContainerPlan& container : plan.containers)
        record.containers.push_back({.name = container.name});
    return record;
}

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

Executor::Executor(const Settings& settings, LaunchPlan plan, UniqueFd initImage)
    : settings_(settings),
      plan_(std::move(plan)),
      initImage_(std::move(initImage)),
      record_(firstRecord(plan_)),
      loop_([this](const std::string& text) { onError(text); }),
      store_(plan_),
      sandbox_(plan_),
      relay_(loop_, settings.journalSocket),
      stopper_(loop_, settings.cgroupRoot, containers_),
      link_(loop_, plan_.runDirectory,
            {.connected = [this] { onConnected(); },
             .lost = [this] { deadline_.reset(); },
             .command = [this](const ExecutorCommand& command) { onCommand(command); }}) {}

void Executor::run() {
    try {
        begin();
    } catch (const std::exception& error) {
        cancel(Report::Kind::failed, error.what());
    }
    loop_.run();
}

void Executor::begin() {
    term_ = loop_.signal(SIGTERM, [this] { onTerm(); });
    store_.write(record_);
    link_.connect();
    checkPaths(plan_, settings_.stateDirectory);
    std::vector<User> users;
    for (const ContainerPlan& container : plan_.containers)
        users.push_back(within(cat("container ", quoted(container.name)), [&] { return resolveUser(container.user); }));
    sandbox_.make(users, resolveUser(plan_.volumeOwner));
    sandbox_.mountSharedMemory();
    enterNamespaces(plan_);
    startAll(users);
    store_.write(record_);
    waitsForUnits_ = true;
    report(Report::Kind::pids);
    armDeadline();
}

void Executor::startAll(const std::vector<User>& users) {
    for (size_t i = 0; i < plan_.containers.size(); ++i) {
        const ContainerPlan& plan = plan_.containers[i];
        Started started = within(cat("container ", quoted(plan.name)),
                                 [&] { return startContainer(plan, users[i], initImage_.get()); });
        Container& container = containers_.emplace_back(Container{.plan = plan,
                                                                  .record = record_.containers[i],
                                                                  .pidfd = std::move(started.pidfd),
                                                                  .control = std::move(started.control)});
        container.record.pid = started.pid;
        container.controlWatch = loop_.io(container.control.get(), EPOLLIN, [&] { (void)onControl(container); });
        container.endWatch = loop_.io(container.pidfd.get(), EPOLLIN, [&] { onEnd(container); });
        relayOutput(container, 0, std::move(started.out));
        relayOutput(container, 1, std::move(started.err));
    }
}

void Executor::relayOutput(Container& container, size_t which, UniqueFd pipe) {
    container.output[which] =
        relay_.add(std::move(pipe), journalFields(plan_, container.plan, which == 0 ? "stdout" : "stderr"),
                   container.pid(), [this, &container, which] {
                       container.output[which] = nullptr;
                       onDrained(container);
                   });
}

void Executor::onConnected() {
    report(Report::Kind::hello);
    armDeadline();
}

void Executor::onCommand(const ExecutorCommand& command) {
    switch (command.kind) {
        case ExecutorCommand::Kind::scoped:
            scoped_ = true;
            deadline_.reset();
            return releaseIfAllReady();
        case ExecutorCommand::Kind::abort: return callOff(Report::Kind::ended);
        case ExecutorCommand::Kind::stopping:
            if (starting())
                callOff(Report::Kind::ended);
            else
                stopper_.begin();
            return;
    }
}

// Somebody else ends the launch; if a podd-init has failed by now, that is the reason.
void Executor::callOff(Report::Kind kind) {
    scoped_ = false;  // a last "ready" among what is heard here must not release anything
    for (Container& container : containers_)
        while (starting() && container.control && onControl(container))
            continue;
    if (starting())
        cancel(kind, "");
}

// systemd stops this process after the containers have gone, as far as it sees (their cgroups are empty
// before they can be reaped). On a frozen slice, which 257 refuses to stop, they have not.
void Executor::onTerm() {
    if (starting())
        return callOff(Report::Kind::failed);
    stopper_.begin();
    lastReap_ = loop_.timer(kLastReapUsec, [this] { stopper_.killAll(); });
}

void Executor::onError(const std::string& text) {
    if (starting())
        cancel(Report::Kind::failed, text);
    else
        log::error(cat(plan_.pod, '.', plan_.number, ": ", text));
}

// While podd is away the launch waits for it: the next podd decides.
void Executor::armDeadline() {
    if (!starting() || !waitsForUnits_ || scoped_ || !link_.connected())
        return;
    deadline_ =
        loop_.timer(kUnitsUsec, [this] { cancel(Report::Kind::failed, "podd did not make the units within 30 s"); });
}

// False when there was nothing to hear.
bool Executor::onControl(Container& container) {
    InitReport message;
    switch (receiveReport(container.control.get(), message)) {
        case Heard::nothingYet: return false;
        case Heard::report: onReport(container, message); return true;
        case Heard::closed: break;
    }
    container.controlWatch.reset();
    container.control.reset();
    if (!starting() && !container.execFailed)
        onExec(container);
    return true;
}

void Executor::onReport(Container& container, const InitReport& message) {
    if (message.step == InitStep::ready) {
        container.ready = true;
        return releaseIfAllReady();
    }
    const std::string problem = wording(container.plan, message);
    if (starting())
        return cancel(Report::Kind::failed, problem);
    container.execFailed = true;
    if (record_.problem.empty())
        record_.problem = problem;
}

void Executor::releaseIfAllReady() {
    const auto ready =
        std::count_if(containers_.begin(), containers_.end(), [](const auto& each) { return each.ready; });
    const fate::Launch launch{plan_.containers.size(), static_cast<size_t>(ready), scoped_};
    if (!starting() || !fate::mayRelease(launch))
        return;
    record_.phase = InstancePhase::released;
    try {
        store_.write(record_);  // before the first go: from here on nobody can be sure that nothing has run
    } catch (...) {
        record_.phase = InstancePhase::starting;
        throw;
    }
    for (const Container& container : containers_)
        sendGo(container.control.get());
}

void Executor::onExec(Container& container) {
    container.execed = true;
    container.record.phase = ContainerPhase::running;
    container.record.startedUsec = sd::realTimeUsec();
    const bool all = std::all_of(containers_.begin(), containers_.end(), [](const auto& each) { return each.execed; });
    if (!all || record_.phase != InstancePhase::released)
        return;
    record_.phase = InstancePhase::running;
    writeRecord();
    report(Report::Kind::running);
    ::malloc_trim(0);
}

void Executor::onEnd(Container& container) {
    while (container.control && onControl(container))
        continue;
    const std::optional<fate::End> end = endOf(container, false);
    if (!end || record_.phase == InstancePhase::ended)
        return;
    if (starting() && end->exited && end->status == 128 + SIGTERM)
        return callOff(Report::Kind::failed);  // systemd stops the units: podd knows why
    if (starting())
        return cancel(Report::Kind::failed, cat("container ", quoted(container.plan.name),
                                                ": ended before it was started: ", describe(*end)));
    container.end = *end;
    container.stopRequested = stopper_.stopping();
    container.endWatch.reset();
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

// Not before the output is with journald, which wants to see the process that the entries are attributed to.
void Executor::reap(Container& container) {
    container.drainWatch.reset();
    (void)endOf(container, true);
    container.pidfd.reset();
    fate::enter(container.record, container.end, container.kill, container.stopRequested);
    writeRecord();
    report(Report::Kind::exited);
    switch (fate::afterEnd(record_, container.record)) {
        case fate::Next::goOn: return;
        case fate::Next::stopOthers:
            if (!stopper_.stopping())
                stopper_.terminate();
            return;
        case fate::Next::finish: return finish();
    }
}

void Executor::finish() {
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
    const std::string left = sandbox_.remove();
    if (!left.empty())
        log::error(cat(plan_.pod, '.', plan_.number, ": remove ", quoted(plan_.sandbox), ": ", left));
    record_.phase = InstancePhase::ended;
    writeRecord();
    report(Report::Kind::ended, left);
    link_.close();
    loop_.leave();
}

// Undoes the launch; nothing of the containers has run.
void Executor::cancel(Report::Kind kind, const std::string& problem) {
    if (record_.phase == InstancePhase::ended)
        return;
    for (auto container = containers_.rbegin(); container != containers_.rend(); ++container) {
        container->controlWatch.reset();
        container->endWatch.reset();
        killAndReap(container->pidfd.get());
    }
    const std::string left = sandbox_.remove();
    if (!left.empty())
        log::error(cat(plan_.pod, '.', plan_.number, ": remove ", quoted(plan_.sandbox), ": ", left));
    record_.phase = InstancePhase::ended;
    record_.problem = problem;
    writeRecord();
    report(kind, problem);
    link_.close();
    loop_.leave();
}

// After the release a fact that cannot be written down is still told.
void Executor::writeRecord() {
    try {
        store_.write(record_);
    } catch (const Error& error) {
        log::error(cat(plan_.pod, '.', plan_.number, ": ", error.what()));
    }
}

void Executor::report(Report::Kind kind, const std::string& problem) {
    link_.send(Report{.kind = kind, .record = record_, .problem = problem});
}

}  // namespace podd
