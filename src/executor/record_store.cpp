// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/record_store.h"

#include "base/file.h"
#include "base/strings.h"
#include "model/names.h"

namespace podd {

RecordStore::RecordStore(const LaunchPlan& plan) {
    const std::string directory = cat(plan.runDirectory, "/instances/", InstanceId{plan.pod, plan.number}.escaped());
    makeDirectories(directory);
    path_ = directory + "/record";
}

void RecordStore::write(const InstanceRecord& record) const {
    writeFileAtomically(path_, recordText(record), Durability::volatileFile);
}

}  // namespace podd
