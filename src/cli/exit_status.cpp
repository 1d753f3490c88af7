// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/exit_status.h"

#include <iostream>

#include "base/strings.h"

namespace podd::cli {

int exitStatus(Errc code) {
    return code == Errc::noSuchPod || code == Errc::noSuchInstance ? kNoSuchPod : kFailure;
}

void complain(std::string_view text) {
    const char* prefix = "podctl: ";
    for (const std::string& line : split(text, '\n')) {
        std::cerr << prefix << printable(line) << '\n';
        prefix = "  ";
    }
}

std::string aboutPod(std::string_view id, std::string_view text) {
    const std::string prefix = cat("pod ", quoted(id));
    return text.starts_with(prefix) ? std::string(text) : cat(prefix, ": ", text);
}

}  // namespace podd::cli
