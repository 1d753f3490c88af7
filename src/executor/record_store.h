// SPDX-License-Identifier: LGPL-2.1-or-later
// The instance's facts on disk: /run/podd/instances/<escaped instance>/record, renamed into place before each
// fact is reported. The file outlives the executor; podd removes it.
#pragma once

#include <string>

#include "model/instance_record.h"
#include "model/launch_plan.h"

namespace podd {

class RecordStore {
public:
    explicit RecordStore(const LaunchPlan& plan);  // makes the directory

    void write(const InstanceRecord& record) const;

private:
    std::string path_;
};

}  // namespace podd
