// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/end_notice.h"

#include <csignal>

#include "base/log.h"
#include "base/strings.h"
#include "core/ending.h"
#include "core/health.h"
#include "executor/fields.h"
#include "model/message_ids.h"
#include "model/names.h"

namespace podd {

namespace {

constexpr int kWarning = 4;  // syslog(3)
constexpr int kInfo = 6;

const char* messageId(EndReason reason) {
    switch (reason) {
        case EndReason::oomKill: return message_id::kContainerOomKilled;
        case EndReason::diskLimit: return message_id::kContainerDiskLimit;
        case EndReason::healthCheck: return message_id::kContainerUnhealthy;
        case EndReason::none: break;
    }
    return message_id::kContainerFailed;
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
        cat("SYSLOG_IDENTIFIER=podd-executor\nMESSAGE_ID=", messageId(ended.reason),
            "\nPODD_RESULT=", resultName(ended), "\nPODD_MESSAGE=", describeExit(ended), '\n',
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
    const CheckRecord& check = purpose == CheckPurpose::health ? record.health : record.readiness;
    const std::string text = health::describe(purpose, check);
    const char* const state = health::nameOf(purpose, check.state);
    const std::string fields = cat("SYSLOG_IDENTIFIER=podd-executor\nMESSAGE_ID=", message_id::kContainerCheck,
                                   "\nPODD_RESULT=", state, "\nPODD_MESSAGE=", text, '\n',
                                   originFields(plan, container), "CONTAINER_CHECK=", kCheckPurposes.name(purpose),
                                   "\nCONTAINER_CHECK_STATE=", state, "\nCONTAINER_CHECK_ANSWER=", check.answer, '\n');
    send(journal, fields, check.state == CheckState::passing ? kInfo : kWarning, subject(plan, container) + text);
}

}  // namespace podd
