// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/checks.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"
#include "executor/probe_program.h"
#include "executor/process.h"
#include "executor/wording.h"
#include "sd/event.h"

namespace podd {

namespace {

constexpr uint64_t kMostSlackUsec = 1'000'000;
constexpr uint64_t kTimeoutSlackUsec = 20'000;

// A tenth of the interval, so that the probes of many containers share wake-ups.
uint64_t slackOf(const CheckPlan& check) {
    return std::min(check.intervalUsec / 10, kMostSlackUsec);
}

}  // namespace

struct Checks::Check {
    Subject& subject;
    const CheckPlan& plan;
    CheckRecord& record;
    health::Progress progress = {};
    uint64_t startedUsec = 0;      // of the last probe
    bool waits = false;            // for its answer
    std::unique_ptr<Probe> probe;  // until its process has been reaped
    Watch next = {};
    Watch timeout = {};
};

struct Checks::Subject {
    Container& container;
    std::unique_ptr<Freezer> freezer = {};
    uint64_t frozenUsec = 0;  // since when, or when it last was
    std::vector<std::unique_ptr<Check>> checks = {};

    bool frozen() const { return freezer && freezer->frozen(); }
};

Checks::Checks(Loop& loop, const Settings& settings, Handlers handlers)
    : loop_(loop), settings_(settings), handlers_(std::move(handlers)) {}

Checks::~Checks() = default;

void Checks::start(Containers& containers, int initImage) {
    initImage_ = initImage;
    const uint64_t now = sd::monotonicUsec();
    for (Container& container : containers) {
        if (container.plan.checks.empty() || !container.living())
            continue;
        Subject& subject = *subjects_.emplace_back(std::make_unique<Subject>(Subject{container}));
        subject.frozenUsec = now;
        if (const auto group = scopeDirectory(settings_.cgroupRoot, container.pid(), container.plan.scope))
            subject.freezer = Freezer::watch(loop_, *group, [this, &subject] { onFreezer(subject); });
        for (const CheckPlan& plan : container.plan.checks) {
            const bool health = plan.purpose == CheckPurpose::health;
            CheckRecord& record = health ? container.record.health : container.record.readiness;
            Check& check = *subject.checks.emplace_back(std::make_unique<Check>(Check{subject, plan, record}));
            check.progress = health::begin(plan, now);
            if (!subject.frozen())
                schedule(check);
        }
    }
}

void Checks::end(const Container& container) {
    for (const auto& subject : subjects_) {
        if (&subject->container != &container)
            continue;
        subject->freezer.reset();
        for (const auto& check : subject->checks)
            halt(*check);
    }
}

void Checks::stop() {
    for (const auto& subject : subjects_)
        end(subject->container);
}

void Checks::halt(Check& check) {
    check.next.reset();
    check.timeout.reset();
    check.waits = false;
    if (check.probe && check.probe->end())
        check.probe.reset();
}

void Checks::onFreezer(Subject& subject) {
    const uint64_t now = sd::monotonicUsec();
    for (const auto& check : subject.checks) {
        halt(*check);
        if (subject.frozen())
            continue;
        check->progress = health::resumed(check->plan, check->progress, subject.frozenUsec, now);
        schedule(*check);
    }
    if (subject.frozen())
        subject.frozenUsec = now;
}

void Checks::schedule(Check& check) {
    const uint64_t now = sd::monotonicUsec();
    const uint64_t due = check.progress.dueUsec;
    check.next = loop_.timer(
        due > now ? due - now : 0, [this, &check] { begin(check); }, slackOf(check.plan));
}

void Checks::begin(Check& check) {
    check.startedUsec = sd::monotonicUsec();
    if (check.probe)  // SIGKILL has not ended it yet: what it waits for hangs
        return answered(check, health::tooLate(check.plan));
    try {
        check.probe = probe(check);
    } catch (const Error& error) {
        return answered(check, {.passed = false, .text = error.what()});
    }
    check.waits = true;
    check.timeout = loop_.timer(
        check.plan.timeoutUsec, [this, &check] { onTimeout(check); }, kTimeoutSlackUsec);
}

std::unique_ptr<Probe> Checks::probe(Check& check) {
    const CheckPlan& plan = check.plan;
    const Probe::Done done = [this, &check](const health::Answer& answer) { onAnswer(check, answer); };
    switch (plan.probe) {
        case ProbeKind::tcp: return probePort(loop_, static_cast<uint16_t>(plan.port), done);
        case ProbeKind::http:
            return probeProcess(loop_, startProbeProgram(settings_.probeProgram, plan.url, plan.timeoutUsec), {}, done);
        case ProbeKind::command: break;
    }
    const auto describe = [&check](const InitReport& report) {
        return wordingOfCommand(check.subject.container.plan, check.plan.argv, report);
    };
    return probeProcess(loop_, startInside(check), describe, done);
}

Started Checks::startInside(const Check& check) const {
    const Container& container = check.subject.container;
    const auto group = groupDirectory(settings_.cgroupRoot, container.pid(), container.plan.scope);
    return startCommand({.container = container.plan,
                         .user = container.user,
                         .namespaces = container.namespaces,
                         .cgroupNamespace = container.cgroupNamespace,
                         .group = group.value_or("")},
                        check.plan.argv, initImage_);
}

void Checks::onTimeout(Check& check) {
    check.timeout.reset();
    check.waits = false;
    if (check.probe && check.probe->end())
        check.probe.reset();
    answered(check, health::tooLate(check.plan));
}

void Checks::onAnswer(Check& check, const health::Answer& answer) {
    check.probe.reset();
    if (!std::exchange(check.waits, false))
        return;
    check.timeout.reset();
    answered(check, answer);
}

void Checks::answered(Check& check, const health::Answer& answer) {
    // Its end takes the processes in it along first: what they say then is no reason for it.
    if (!answer.passed && isExiting(check.subject.container.pid()))
        return halt(check);
    const health::Step step =
        health::answered(check.plan, check.progress, answer, check.startedUsec, sd::monotonicUsec());
    check.progress = step.next;
    schedule(check);
    if (step.transition)
        check.record.sinceUsec = sd::realTimeUsec();
    check.record.state = step.next.state;
    check.record.failures = step.next.failures;
    check.record.answer = step.next.answer;
    if (step.news)
        handlers_.news(check.subject.container, check.plan.purpose, step.transition);
    if (step.kill)
        handlers_.failed(check.subject.container);
}

}  // namespace podd
