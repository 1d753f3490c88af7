// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/end_notice.h"

#include <csignal>

#include "base/log.h"
#include "base/strings.h"
#include "core/instance_machine.h"
#include "executor/fields.h"
#include "model/names.h"

namespace podd {

namespace {

// Drawn once, for ever: units/podd.catalog explains them.
constexpr const char* kContainerFailed = "7d4e2c3b0a5f4e0c9b1d6a8f3c527e91";
constexpr const char* kContainerOomKilled = "c1f06d9be8724a57a3fb2e9045d81c36";
constexpr const char* kContainerDiskLimit = "5b92e7a4f13c48d68e0d7c2ab96f4410";

constexpr int kWarning = 4;  // syslog(3)

const char* messageId(EndReason reason) {
    switch (reason) {
        case EndReason::oomKill: return kContainerOomKilled;
        case EndReason::diskLimit: return kContainerDiskLimit;
        case EndReason::none: break;
    }
    return kContainerFailed;
}

}  // namespace

std::string endFields(const LaunchPlan& plan, const ContainerPlan& container, const ContainerRecord& ended) {
    std::string fields =
        cat("SYSLOG_IDENTIFIER=podd-executor\nMESSAGE_ID=", messageId(ended.reason), '\n',
            originFields(plan, container), "CONTAINER_RESULT=", describeExit(ended),
            "\nCONTAINER_EXIT_CODE=", ended.exitCode, "\nCONTAINER_EXIT_SIGNAL=", ended.exitSignal, '\n');
    if (ended.reason != EndReason::none && ended.limitBytes != UINT64_MAX)
        fields += cat("CONTAINER_LIMIT=", formatSize(ended.limitBytes), '\n');
    return fields;
}

void announceEnd(Journal& journal, const LaunchPlan& plan, const ContainerPlan& container,
                 const ContainerRecord& ended) {
    if (!ended.failed() && ended.reason == EndReason::none)
        return;
    const std::string text =
        cat("pod ", quoted(plan.pod), ": instance ", quoted(InstanceId{plan.pod, plan.number}.text()), ": container ",
            quoted(container.name), ": ", describeExit(ended));
    pid_t own = 0;
    if (journal.send(endFields(plan, container, ended), kWarning, text, own) != Journal::Sent::yes)
        log::warning(text);
}

}  // namespace podd
