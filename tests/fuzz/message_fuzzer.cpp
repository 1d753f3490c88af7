// SPDX-License-Identifier: LGPL-2.1-or-later
// The packets between podd, spawner and executors, and the plan: a broken one is refused by an Error, a whole one is
// encoded to the same bytes again. The first byte of the input chooses the kind.
#include <string>

#include "base/wire.h"
#include "fuzz/promise.h"
#include "model/executor_protocol.h"
#include "model/launch_plan.h"

using namespace podd;
using namespace podd::fuzz;

namespace {

template <typename Message>
void check(std::string_view text) {
    try {
        const auto message = wire::decode<Message>(text);
        const std::string again = wire::encode(message);
        promise(wire::encode(wire::decode<Message>(again)) == again, "a message is read back");
    } catch (const Error&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0)
        return 0;
    const std::string_view text = textOf(data + 1, size - 1);
    switch (data[0] % 5) {
        case 0: check<Order>(text); break;
        case 1: check<Notice>(text); break;
        case 2: check<Report>(text); break;
        case 3: check<ExecutorCommand>(text); break;
        default: check<LaunchPlan>(text); break;
    }
    return 0;
}
