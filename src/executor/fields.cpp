// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/fields.h"

#include "base/strings.h"
#include "model/names.h"

namespace podd {

std::string originFields(const LaunchPlan& plan, const ContainerPlan& container) {
    return cat("POD_ID=", plan.pod, "\nPOD_INSTANCE=", InstanceId{plan.pod, plan.number}.text(),
               "\nPOD_VERSION=", plan.version, "\nCONTAINER_NAME=", container.name,
               "\nOBJECT_SYSTEMD_UNIT=", container.scope, "\nOBJECT_SYSTEMD_UNIT=", plan.instanceSlice,
               "\nOBJECT_SYSTEMD_UNIT=", plan.podSlice, '\n');
}

std::string journalFields(const LaunchPlan& plan, const ContainerPlan& container, std::string_view stream) {
    return cat("SYSLOG_IDENTIFIER=", container.name, "\nPODD_STREAM=", stream, '\n', originFields(plan, container));
}

}  // namespace podd
