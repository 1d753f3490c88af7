// SPDX-License-Identifier: LGPL-2.1-or-later
// The journal entries about a container that has failed, and about what its checks say: with a MESSAGE_ID of its own for each kind of end, so that
// programs find it and journalctl(1) -x explains it (units/podd.catalog). It stands under the units of the container, of
// the instance and of the pod, beside their output.
#pragma once

#include <string>

#include "base/journal.h"
#include "model/instance_record.h"
#include "model/launch_plan.h"

namespace podd {

// The fields of the entry but for PRIORITY and MESSAGE.
std::string endFields(const LaunchPlan& plan, const ContainerPlan& container, const ContainerRecord& ended);

// Sends it, if there is anything to tell about this end.
void announceEnd(Journal& journal, const LaunchPlan& plan, const ContainerPlan& container,
                 const ContainerRecord& ended);

// That a check says something else than before: what, is in the container's record.
void announceCheck(Journal& journal, const LaunchPlan& plan, const ContainerPlan& container,
                   const ContainerRecord& record, CheckPurpose purpose);

}  // namespace podd
