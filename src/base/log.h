// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's own log: one line on stderr with a <N> priority prefix (sd-daemon(3)), which journald reads.
// Logged once, where a failure is handled; model, core and isolators never log.
#pragma once

#include <string_view>

namespace podd::log {

void debug(std::string_view text);  // only with PODD_LOG=debug in the environment
void info(std::string_view text);
void notice(std::string_view text);
void warning(std::string_view text);
void error(std::string_view text);

}  // namespace podd::log
