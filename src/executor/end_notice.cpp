// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/end_notice.h"

#include <csignal>

#include "base/log.h"
#include "base/strings.h"
#include "core/health.h"
#include "core/instance_machine.h"
#include "executor/fields.h"
#include "model/names.h"

namespace podd {

namespace {

// Drawn once, for ever: units/podd.catalog explains them.
constexpr const char* kContainerFailed = "7d4e2c3b0a5f4e0c9b1d6a8f3c527e91";
constexpr const char* kContainerOomKilled = "c1f06d9be8724a57a3fb2e9045d81c36";
constexpr const char* kContainerDiskLimit = "5b92e7a4f13c48d68e0d7c2ab96f4410";

constexpr const char* kContainerUnhealthy = "3f8a61d2c4b74e9f8d25b7106ae3c9f4";
constexpr const char* kCheckChanged = "a1d7c5e20b9346f7918e4cd36f08b25a";

constexpr int kWarning = 4;  // syslog(3)
constexpr int kInfo = 6;

const char* messageId(EndReason reason) {
    switch (reason) {
        case EndReason::oomKill: return kContainerOomKilled;
        case EndReason::diskLimit: return kContainerDiskLimit;
        case EndReason::healthCheck: return kContainerUnhealthy;
        case EndReason::none: break;
    }
    return kContainerFailed;
}

std::string subject(const LaunchPlan& plan, const ContainerPlan& container) {
    return cat("pod ", quoted(plan.pod), ": instance ", quoted(InstanceId{plan.pod, plan.number}.text()),
               ": container ", quoted(container.name), ": ");
}

void send(Journal& journal, const std::string& fields, int priority, const std::string& text) {
    pid_t own = 0;
    if (journal.send(fields, priority, text, own) != Journal::Sent::yes)
        log::warning(text);
}

}  // namespace

std::string endFields(const LaunchPlan& plan, const ContainerPlan& container, const ContainerRecord& ended) {
    std::string fields =
        cat("SYSLOG_IDENTIFIER=podd-executor\nMESSAGE_ID=", messageId(ended.reason), '\n',
            originFields(plan, container), "CONTAINER_RESULT=", describeExit(ended),
            "\nCONTAINER_EXIT_CODE=", ended.exitCode, "\nCONTAINER_EXIT_SIGNAL=", ended.exitSignal, '\n');
    if (ended.limitBytes != 0 && ended.limitBytes != UINT64_MAX)
        fields += cat("CONTAINER_LIMIT=", formatSize(ended.limitBytes), '\n');
    return fields;
}

void announceEnd(Journal& journal, const LaunchPlan& plan, const ContainerPlan& container,
                 const ContainerRecord& ended) {
    if (!ended.failed() && ended.reason == EndReason::none)
        return;
    send(journal, endFields(plan, container, ended), kWarning, subject(plan, container) + describeExit(ended));
}

void announceCheck(Journal& journal, const LaunchPlan& plan, const ContainerPlan& container,
                   const ContainerRecord& record, CheckPurpose purpose) {
    const bool health = purpose == CheckPurpose::health;
    const CheckRecord& check = health ? record.health : record.readiness;
    const char* const state = health ? health::healthName(check.state) : health::readinessName(check.state);
    const bool good = check.state == CheckState::passing;
    const std::string text = cat(subject(plan, container), health ? "health check: " : "check: ", state,
                                 good ? "" : cat(": ", check.answer));
    const std::string fields = cat("SYSLOG_IDENTIFIER=podd-executor\nMESSAGE_ID=", kCheckChanged, '\n',
                                   originFields(plan, container), "CONTAINER_CHECK=", kCheckPurposes.name(purpose),
                                   "\nCONTAINER_CHECK_STATE=", state, "\nCONTAINER_CHECK_ANSWER=", check.answer, '\n');
    send(journal, fields, good ? kInfo : kWarning, text);
}

}  // namespace podd
