// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/capability.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace podd {

namespace {

constexpr std::string_view kPrefix = "CAP_";

std::string upperCase(std::string_view text) {
    std::string upper(text);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return upper;
}

}  // namespace

std::optional<Capability> parseCapability(std::string_view text) {
    const std::string upper = upperCase(text);
    return kCapabilities.value(upper.starts_with(kPrefix) ? upper : cat(kPrefix, upper));
}

std::string capabilityHint(std::string_view text) {
    const std::string upper = upperCase(text);
    const bool prefixed = upper.starts_with(kPrefix.substr(0, kPrefix.size() - 1));  // "CAPCHOWN" and "CAP-CHOWN", too
    std::vector<std::string> names;
    for (const auto& [capability, name] : kCapabilities.rows())
        names.emplace_back(prefixed ? name : name.substr(kPrefix.size()));
    const std::string* meant = nearest(upper, names);
    return meant != nullptr ? cat("did you mean ", quoted(*meant), '?') : "";
}

std::string capabilityText(CapabilitySet set) {
    std::vector<std::string> names;
    for (const auto& [capability, name] : kCapabilities.rows())
        if ((set & capabilitySet({capability})) != 0)
            names.emplace_back(name);
    std::sort(names.begin(), names.end());
    return join(names, " ");
}

}  // namespace podd
