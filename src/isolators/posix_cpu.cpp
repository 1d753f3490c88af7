// SPDX-License-Identifier: LGPL-2.1-or-later
// Reports how much processor time a container uses, and isolates nothing.
#include "isolators/all.h"
#include "isolators/reported_usage.h"

namespace podd {

namespace {

class PosixCpuIsolator final : public Isolator {
public:
    std::string_view name() const override { return "posix/cpu"; }

    void usage(const std::string& group, Usage& usage) const override { readCpuUsage(group, usage); }
};

}  // namespace

std::unique_ptr<Isolator> makePosixCpuIsolator(const IsolationSettings&) {
    return std::make_unique<PosixCpuIsolator>();
}

}  // namespace podd
