// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/backoff.h"

#include <algorithm>

namespace podd {

BackoffPolicy policyOf(const BackoffSpec& spec) {
    constexpr double kUsecPerSec = 1e6;
    const auto usec = [](double seconds) {
        return std::max(kMinBackoffUsec, static_cast<uint64_t>(seconds * kUsecPerSec));
    };
    return {.firstUsec = usec(spec.seconds), .factor = spec.factor, .maxUsec = usec(spec.maxSeconds)};
}

Backoff afterFailure(const Backoff& before, const BackoffPolicy& policy, uint64_t nowUsec, uint64_t ranUsec) {
    Backoff after = ranUsec >= policy.maxUsec ? Backoff{} : before;
    const double grown = after.failures == 0 ? static_cast<double>(policy.firstUsec)
                                             : static_cast<double>(after.delayUsec) * policy.factor;
    after.delayUsec =
        std::max(kMinBackoffUsec, static_cast<uint64_t>(std::min(grown, static_cast<double>(policy.maxUsec))));
    after.failures += 1;
    // Several instances that fail together count as often, but the pod waits once: the later time holds.
    after.nextLaunchUsec = std::max(after.nextLaunchUsec, nowUsec + after.delayUsec);
    return after;
}

}  // namespace podd
