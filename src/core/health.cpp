// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/health.h"

#include <algorithm>

namespace podd::health {

namespace {

// The order in which states decide about many containers.
int weight(CheckState state) {
    switch (state) {
        case CheckState::none: return 0;
        case CheckState::passing: return 1;
        case CheckState::unknown: return 2;
        case CheckState::failing: break;
    }
    return 3;
}

// "not healthy yet (exit 1)", "unhealthy: exit 1".
std::string objection(const CheckRecord& check, const char* yet, const char* no) {
    if (check.state == CheckState::unknown)
        return cat(yet, check.answer.empty() ? "" : cat(" (", check.answer, ')'));
    return cat(no, ": ", check.answer);
}

// Cut between two characters.
std::string bounded(const std::string& text) {
    constexpr std::string_view kDots = "...";
    if (text.size() <= kMaxAnswer)
        return text;
    size_t end = 0;
    for (;;) {
        const size_t length = std::max<size_t>(utf8Length(std::string_view(text).substr(end)), 1);
        if (end + length + kDots.size() > kMaxAnswer)
            return cat(text.substr(0, end), kDots);
        end += length;
    }
}

}  // namespace

Progress begin(const CheckPlan& check, uint64_t nowUsec) {
    return {.state = CheckState::unknown,
            .failures = 0,
            .answer = "",
            .graceEndUsec = nowUsec + check.graceUsec,
            .dueUsec = nowUsec + check.delayUsec};
}

Step answered(const CheckPlan& check, const Progress& now, const Answer& answer, uint64_t startedUsec,
              uint64_t nowUsec) {
    Step step{.next = now};
    Progress& next = step.next;
    next.dueUsec = std::max(startedUsec + check.intervalUsec, nowUsec);
    next.answer = answer.passed ? "" : bounded(answer.text);
    const bool health = check.purpose == CheckPurpose::health;
    const bool counts = !health || now.state != CheckState::unknown || nowUsec >= now.graceEndUsec;
    if (answer.passed) {
        next.state = CheckState::passing;
        next.failures = 0;
    } else if (counts) {
        next.state = CheckState::failing;
        next.failures += health ? 1 : 0;
        step.kill = health && check.maxFailures > 0 && next.failures >= check.maxFailures;
    }
    step.transition = next.state != now.state;
    step.news = step.transition || next.failures != now.failures || next.answer != now.answer;
    return step;
}

Progress resumed(const CheckPlan& check, Progress now, uint64_t suspendedUsec, uint64_t nowUsec) {
    now.dueUsec = nowUsec + check.intervalUsec;
    now.graceEndUsec += nowUsec - suspendedUsec;
    return now;
}

Answer tooLate(const CheckPlan& check) {
    return {.passed = false, .text = cat("no answer within ", formatSpan(check.timeoutUsec))};
}

const char* healthName(CheckState state) {
    switch (state) {
        case CheckState::none: return "";
        case CheckState::unknown: return "unknown";
        case CheckState::passing: return "healthy";
        case CheckState::failing: break;
    }
    return "unhealthy";
}

const char* readinessName(CheckState state) {
    switch (state) {
        case CheckState::none: return "";
        case CheckState::unknown: return "unknown";
        case CheckState::passing: return "ready";
        case CheckState::failing: break;
    }
    return "not-ready";
}

const char* nameOf(CheckPurpose purpose, CheckState state) {
    return purpose == CheckPurpose::health ? healthName(state) : readinessName(state);
}

std::string describe(CheckPurpose purpose, const CheckRecord& check) {
    return cat(purpose == CheckPurpose::health ? "health check: " : "check: ", nameOf(purpose, check.state),
               check.state == CheckState::passing ? "" : cat(": ", check.answer));
}

CheckState healthOf(const InstanceRecord& record) {
    CheckState worst = CheckState::none;
    for (const ContainerRecord& container : record.containers)
        if (container.phase != ContainerPhase::exited && weight(container.health.state) > weight(worst))
            worst = container.health.state;
    return worst;
}

std::string whyNotReady(const InstanceRecord& record) {
    for (const ContainerRecord& container : record.containers) {
        if (container.ready())
            continue;
        const std::string subject = cat("container ", quoted(container.name), ": ");
        if (!container.health.allows())
            return subject + objection(container.health, "not healthy yet", "unhealthy");
        return subject + objection(container.readiness, "not ready yet", "not ready");
    }
    return "";
}

}  // namespace podd::health
