// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/deployment.h"

#include <algorithm>

#include "base/strings.h"
#include "core/upgrade.h"

namespace podd {

bool locks(DeploymentType type) {
    return type != DeploymentType::start && type != DeploymentType::stop;
}

std::string describeProgress(DeploymentType type, const PodFacts& pod) {
    const auto done = std::count_if(pod.instances.begin(), pod.instances.end(),
                                    [&](const InstanceFacts& each) { return each.ready && isCurrent(pod, each); });
    const std::string share = cat(done, " of ", pod.wanted);
    switch (type) {
        case DeploymentType::create: return cat("launching ", share);
        case DeploymentType::scale: return cat("scaling ", share);
        case DeploymentType::start: return cat("starting ", share);
        case DeploymentType::stop: return cat("stopping, ", pod.instances.size(), " left");
        case DeploymentType::remove: return cat("deleting, ", pod.instances.size(), " left");
        case DeploymentType::update:
        case DeploymentType::rollback:
        case DeploymentType::restart: break;
    }
    return cat("rolling ", share);
}

DeploymentType typeOfChange(const PodSpec& from, const PodSpec& to) {
    return !isUpgrade(from, to) && from.instances != to.instances ? DeploymentType::scale : DeploymentType::update;
}

}  // namespace podd
