// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/signal_name.h"

#include <strings.h>

#include <csignal>
#include <cstring>
#include <string>

#include "base/strings.h"

namespace podd::cli {

namespace {

std::optional<int> signalInRange(std::optional<uint64_t> number) {
    if (!number || *number == 0 || *number > static_cast<uint64_t>(SIGRTMAX))
        return std::nullopt;
    return static_cast<int>(*number);
}

// "RTMIN", "RTMIN+3", "RTMAX-2".
std::optional<int> realTimeSignal(const std::string& name) {
    const bool fromLow = ::strncasecmp(name.c_str(), "RTMIN", 5) == 0;
    if (!fromLow && ::strncasecmp(name.c_str(), "RTMAX", 5) != 0)
        return std::nullopt;
    if (name.size() == 5)
        return fromLow ? SIGRTMIN : SIGRTMAX;
    const std::optional<uint64_t> offset = parseUnsigned(std::string_view(name).substr(6));
    if (name[5] != (fromLow ? '+' : '-') || !offset || *offset > static_cast<uint64_t>(SIGRTMAX - SIGRTMIN))
        return std::nullopt;
    return fromLow ? SIGRTMIN + static_cast<int>(*offset) : SIGRTMAX - static_cast<int>(*offset);
}

}  // namespace

std::optional<int> parseSignal(std::string_view text) {
    if (const std::optional<uint64_t> number = parseUnsigned(text))
        return signalInRange(number);
    const std::string word(text);
    const std::string name = ::strncasecmp(word.c_str(), "SIG", 3) == 0 ? word.substr(3) : word;
    for (int number = 1; number < SIGRTMIN; ++number)
        if (const char* const known = ::sigabbrev_np(number);
            known != nullptr && ::strcasecmp(known, name.c_str()) == 0)
            return number;
    return realTimeSignal(name);
}

}  // namespace podd::cli
