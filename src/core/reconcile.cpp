// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/reconcile.h"

namespace podd {

bool isCurrent(const PodFacts& pod, const InstanceFacts& instance) {
    const bool right = instance.version == pod.version || instance.version == pod.lost;
    return !instance.stopping && right && instance.number >= pod.restartedBelow;
}

Actions reconcile(const PodFacts& pod) {
    Actions actions;
    if (pod.held && pod.up)
        return actions;
    uint32_t current = 0;
    bool replaced = false;  // an instance that is to be replaced still exists
    for (const InstanceFacts& instance : pod.instances) {
        const bool keep = pod.up && isCurrent(pod, instance);
        if (keep && current < pod.wanted) {
            ++current;  // the oldest ones stay: scaling down takes the youngest first
            continue;
        }
        if (!instance.stopping)
            actions.stop.insert(actions.stop.begin(), instance.number);
        replaced = replaced || (instance.version != pod.version && instance.version != pod.lost) ||
                   instance.number < pod.restartedBelow;
    }
    // The new instances share the host's ports with the old ones, so the old ones go first.
    if (!pod.up || replaced || current >= pod.wanted)
        return actions;
    if (pod.nowUsec < pod.nextLaunchUsec)
        actions.wakeAtUsec = pod.nextLaunchUsec;
    else
        actions.launch = pod.wanted - current;
    return actions;
}

}  // namespace podd
