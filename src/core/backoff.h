// SPDX-License-Identifier: LGPL-2.1-or-later
// How long to wait before a failed pod is launched again: 1 s × 1.15 for each further failure, at most 300 s, as
// Marathon does it. The count belongs to a pod and a version of it: a changed definition starts afresh, and so does
// a pod whose instance ran for as long as the longest delay before it failed.
#pragma once

#include <cstdint>

#include "model/pod_spec.h"

namespace podd {

constexpr uint64_t kMinBackoffUsec = 100'000;  // whatever a definition says: a crash loop must not own the machine

struct BackoffPolicy {
    uint64_t firstUsec = 1'000'000;
    double factor = 1.15;
    uint64_t maxUsec = 300'000'000;
};

// As `scheduling.backoff` of a definition has it.
BackoffPolicy policyOf(const BackoffSpec& spec);

struct Backoff {
    uint32_t failures = 0;
    uint64_t delayUsec = 0;       // the present delay; 0 = none
    uint64_t nextLaunchUsec = 0;  // CLOCK_BOOTTIME before which nothing is launched; 0 = now

    bool operator==(const Backoff&) const = default;
};

// The state after a failure at `nowUsec` of an instance that had run for `ranUsec`.
Backoff afterFailure(const Backoff& before, const BackoffPolicy& policy, uint64_t nowUsec, uint64_t ranUsec);

}  // namespace podd
