// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd-network knows of one instance, as the text of a file: a later podd-network, also one of another version, goes on
// with it.
#pragma once

#include <optional>
#include <string>

#include "model/network_order.h"
#include "network/process.h"

namespace podd {

struct AttachedState {
    NetworkOrder order;
    ProcessName executor;  // it is attached as long as this process lives
    bool operator==(const AttachedState&) const = default;
};

std::string stateText(const AttachedState& state);

// Nothing when the text is not such a state.
std::optional<AttachedState> parseState(const std::string& text);

}  // namespace podd
