// SPDX-License-Identifier: LGPL-2.1-or-later
// What follows from the answers to one check: whether its container is healthy (or ready), when to ask again, and when
// it has failed too often. No I/O and no clock: times are CLOCK_MONOTONIC in µs and come in as values, so a step of the
// wall clock changes nothing.
//
//   unknown -> passing <-> failing
//
// Within the grace of a health check failures do not count before the first success (pods.md §4.7). A readiness check has
// no grace, counts nothing, and never ends a container.
#pragma once

#include <cstdint>
#include <string>

#include "model/instance_record.h"
#include "model/launch_plan.h"

namespace podd::health {

// A record with the answers of all containers is one packet.
constexpr size_t kMaxAnswer = 256;  // bytes

struct Answer {
    bool passed = false;
    std::string text;  // why not, cut where it is longer than kMaxAnswer: "exit 1: no database", "no answer within 5s"
    bool operator==(const Answer&) const = default;
};

struct Progress {
    CheckState state = CheckState::unknown;
    uint64_t failures = 0;
    std::string answer;  // as in CheckRecord
    uint64_t graceEndUsec = 0;
    uint64_t dueUsec = 0;  // of the next probe
    bool operator==(const Progress&) const = default;
};

struct Step {
    Progress next;
    bool transition = false;  // the state is another: worth a line in the journal
    bool news = false;        // something that people are told of is another
    bool kill = false;        // the container is to be ended
    bool operator==(const Step&) const = default;
};

// When the container's program has been exec'ed.
Progress begin(const CheckPlan& check, uint64_t nowUsec);

// `startedUsec` is when the probe that was answered began.
Step answered(const CheckPlan& check, const Progress& now, const Answer& answer, uint64_t startedUsec,
              uint64_t nowUsec);

// The container was suspended at that time, and goes on: what it has missed says nothing about it, and took nothing of its
// grace.
Progress resumed(const CheckPlan& check, Progress now, uint64_t suspendedUsec, uint64_t nowUsec);

// What there is to say of the time that an answer had: "no answer within 5s".
Answer tooLate(const CheckPlan& check);

// For clients: "", unknown, healthy, unhealthy; "", unknown, ready, not-ready.
const char* healthName(CheckState state);
const char* readinessName(CheckState state);
const char* nameOf(CheckPurpose purpose, CheckState state);  // one of the two

// "health check: unhealthy: exit 1", "check: ready".
std::string describe(CheckPurpose purpose, const CheckRecord& check);

// Of the containers that have not ended: failing if one is, else unknown if one is, else passing; none without any check.
CheckState healthOf(const InstanceRecord& record);

// "container 'db': not healthy yet (exit 1)", "container 'db': unhealthy: exit 1"; "" when all containers are ready.
std::string whyNotReady(const InstanceRecord& record);

}  // namespace podd::health
