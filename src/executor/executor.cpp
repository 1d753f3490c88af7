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
#include <type_traits>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/strings.h"
#include "executor/fields.h"
#include "executor/port_check.h"
#include "executor/process.h"
#include "executor/wording.h"
#include "sd/event.h"

namespace podd {

namespace {

constexpr uint64_t kUnitsUsec = 30'000'000;  // for podd to make the units
constexpr uint64_t kSettledUsec = 200'000;   // tidying up is not to keep the containers from their start
constexpr uint64_t kLastReapUsec = 50'000;   // SIGTERM may come 0.6 ms before the last container can be reaped

InstanceRecord firstRecord(const LaunchPlan& plan) {
    InstanceRecord record{.pod = plan.pod,
                          .number = plan.number,
                          .version = plan.version,
                          .phase = InstancePhase::starting,
                          .executorPid = ::getpid(),
                          .problem = "",
                          .endpoints = plan.endpoints,
                          .networks = plan.networks,
                          .containers = {}};
    for (const ContainerPlan& container : plan.containers) {
        record.containers.push_back({.name = container.name});
        ContainerRecord& each = record.containers.back();
        for (const CheckPlan& check : container.checks)
            (check.purpose == CheckPurpose::health ? each.health : each.readiness) =
                CheckRecord{.state = CheckState::unknown, .sinceUsec = sd::realTimeUsec(), .failures = 0, .answer = ""};
    }
    return record;
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
      notices_(settings.journalSocket),
      stopper_(loop_, settings.cgroupRoot, containers_),
      checks_(loop_, settings,
              {.news = [this](const Container& container, CheckPurpose purpose,
                              bool transition) { onCheck(container, purpose, transition); },
               .failed = [this](Container& container) { onUnhealthy(container); }}),
      disk_(loop_, plan_, [this](const std::vector<uint64_t>& bytes) { onDiskMeasured(bytes); }),
      network_(loop_, [this](const NetworkAnswer& answer) { onNetworks(answer); }),
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
    PODD_FAILPOINT("executor.begun");
    store_.write(record_);
    PODD_FAILPOINT("executor.recorded");
    checkPaths(plan_, settings_.stateDirectory);
    refuseTakenPorts(plan_, settings_.cgroupRoot);
    std::vector<User> users;
    std::vector<Started> started;
    for (const ContainerPlan& container : plan_.containers)
        users.push_back(within(cat("container ", quoted(container.name)), [&] { return resolveUser(container.user); }));
    sandbox_.begin();
    PODD_FAILPOINT("executor.sandbox");
    enterNamespaces(plan_);
    network_.ask(plan_);
    PODD_FAILPOINT("executor.namespaces");
    for (size_t i = 0; i < users.size(); ++i)
        started.push_back(start(i, users[i]));
    store_.write(record_);
    PODD_FAILPOINT("executor.started");
    waitsForUnits_ = true;
    link_.connect();
    PODD_CRASHPOINT("executor.connected");
    report(Report::Kind::pids);
    armDeadline();
    // What the units do not need is done while podd-init is exec'ed and systemd makes them.
    for (size_t i = 0; i < users.size(); ++i) {
        relayOutput(containers_[i], 0, std::move(started[i].out));
        relayOutput(containers_[i], 1, std::move(started[i].err));
    }
    PODD_FAILPOINT("executor.output");
    sandbox_.make(users);
    PODD_FAILPOINT("executor.directories");
    for (const Container& container : containers_)
        sendSandbox(container.control.get());
}

Started Executor::start(size_t which, const User& user) {
    const ContainerPlan& plan = plan_.containers[which];
    Started started = within(cat("container ", quoted(plan.name)),
                             [&] { return startContainer(plan_, plan, user, initImage_.get()); });
    PODD_CRASHPOINT("executor.cloned");
    Container& container = containers_.emplace_back(Container{.plan = plan,
                                                              .record = record_.containers[which],
                                                              .user = user,
                                                              .pidfd = std::move(started.pidfd),
                                                              .control = std::move(started.control),
                                                              .birth = std::move(started.memory)});
    container.record.pid = started.pid;
    container.cgroupNamespace = std::any_of(plan.mounts.begin(), plan.mounts.end(),
                                            [](const MountStep& each) { return each.kind == MountKind::cgroup; });
    container.controlWatch = loop_.io(container.control.get(), EPOLLIN, [&] { (void)onControl(container); });
    container.endWatch = loop_.io(container.pidfd.get(), EPOLLIN, [&] { onEnd(container); });
    return started;
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
    PODD_CRASHPOINT("executor.hello");
    report(Report::Kind::hello);
    armDeadline();
}

void Executor::onCommand(const ExecutorCommand& command) {
    PODD_CRASHPOINT("executor.command");
    switch (command.kind) {
        case ExecutorCommand::Kind::scoped: return onScoped();
        case ExecutorCommand::Kind::abort: return callOff(Report::Kind::ended);
        case ExecutorCommand::Kind::stopping:
            if (starting())
                callOff(Report::Kind::ended);
            else
                beginStop();
            return;
        case ExecutorCommand::Kind::kill:
            if (record_.phase == InstancePhase::running)
                stopper_.signal(command.scope, static_cast<int>(command.signal));
            return;
    }
}

void Executor::onScoped() {
    if (!starting())
        return;
    PODD_FAILPOINT("executor.scoped");
    scoped_ = true;
    deadline_.reset();
    for (const Container& container : containers_)
        sendScoped(container.control.get());
    for (Container& container : containers_)
        if (const auto group = scopeDirectory(settings_.cgroupRoot, container.pid(), container.plan.scope))
            container.memory = MemoryEvents::watch(loop_, settings_.cgroupRoot, *group);
    releaseIfAllReady();
}

void Executor::onNetworks(const NetworkAnswer& answer) {
    if (!starting())
        return;
    if (!answer.problem.empty())
        return cancel(Report::Kind::failed, answer.problem);
    PODD_FAILPOINT("executor.networked");
    record_.networks = answer.attachments;
    useNameservers(answer);
    releaseIfAllReady();
}

// Those of a network take the place of the host's.
void Executor::useNameservers(const NetworkAnswer& answer) {
    const std::string path = resolverFileOf(plan_.sandbox);
    const bool seen =
        std::any_of(plan_.files.begin(), plan_.files.end(), [&](const FileStep& each) { return each.path == path; });
    if (answer.nameservers.empty() || !seen)
        return;
    std::string text = answer.searches.empty() ? "" : cat("search ", join(answer.searches, " "), '\n');
    for (const std::string& server : answer.nameservers)
        text += cat("nameserver ", server, '\n');
    sandbox_.rewrite(path, text);
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

void Executor::beginStop() {
    checks_.stop();
    stopper_.begin();
}

// systemd stops this process after the containers have gone, as far as it sees (their cgroups are empty
// before they can be reaped). On a frozen slice, which 257 refuses to stop, they have not.
void Executor::onTerm() {
    PODD_CRASHPOINT("executor.term");
    if (starting())
        return callOff(Report::Kind::failed);
    beginStop();
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
    std::vector<UniqueFd> fds;
    switch (receiveReport(container.control.get(), message, fds)) {
        case Heard::nothingYet: return false;
        case Heard::report:
            if (message.step == InitStep::namespaces && fds.size() == kInitNamespaces)
                container.namespaces = {std::move(fds[0]), std::move(fds[1]), std::move(fds[2])};
            else
                onReport(container, message);
            return true;
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
        container.birth.reset();
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
    const fate::Launch launch{plan_.containers.size(), static_cast<size_t>(ready), scoped_, network_.ready()};
    if (!starting() || !fate::mayRelease(launch))
        return;
    record_.phase = InstancePhase::released;
    try {
        PODD_FAILPOINT("executor.release");
        store_.write(record_);  // before the first go: from here on nobody can be sure that nothing has run
    } catch (...) {
        record_.phase = InstancePhase::starting;
        throw;
    }
    PODD_CRASHPOINT("executor.released");
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
    PODD_CRASHPOINT("executor.execed");
    record_.phase = InstancePhase::running;
    writeRecord();
    PODD_CRASHPOINT("executor.running");
    report(Report::Kind::running);
    disk_.start();
    checks_.start(containers_, initImage_.get());
    settled_ = loop_.timer(kSettledUsec, [this] { forgetLaunch(); });
}

// What only a launch needs is most of a plan, and there may be hundreds of executors.
void Executor::forgetLaunch() {
    const auto forget = [](auto&... parts) { (std::remove_reference_t<decltype(parts)>().swap(parts), ...); };
    forget(plan_.directories, plan_.files, plan_.forbidden, plan_.confining);
    for (ContainerPlan& container : plan_.containers) {
        forget(container.argv, container.mounts);
        if (!runsCommands(container))
            forget(container.environment, container.seccomp, container.limits);
    }
    ::malloc_trim(0);
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
