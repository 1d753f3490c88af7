// SPDX-License-Identifier: LGPL-2.1-or-later
// Reports how much memory a container uses, and isolates nothing.
#include "isolators/all.h"
#include "isolators/reported_usage.h"

namespace podd {

namespace {

class PosixMemoryIsolator final : public Isolator {
public:
    std::string_view name() const override { return "posix/mem"; }

    void usage(const std::string& group, Usage& usage) const override { readMemoryUsage(group, usage); }
};

}  // namespace

std::unique_ptr<Isolator> makePosixMemoryIsolator(const IsolationSettings&) {
    return std::make_unique<PosixMemoryIsolator>();
}

}  // namespace podd
