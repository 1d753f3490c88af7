// SPDX-License-Identifier: LGPL-2.1-or-later
// Points and spans of time as systemd's tools read and print them. All are µs of CLOCK_REALTIME; 0 is
// "never".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podd::cli {

uint64_t nowUsec();

// "Mon 2026-03-02 10:00:00 CET", "" for 0.
std::string absoluteTime(uint64_t usec);

// "3min 2s ago", "in 12s", "now"; "" for 0.
std::string relativeTime(uint64_t usec, uint64_t now);

// Both, as in `systemctl status`: "Mon 2026-03-02 10:00:00 CET; 3min ago".
std::string sinceTime(uint64_t usec, uint64_t now);

// "Mar 02 10:00:00", as journalctl(1) starts its lines.
std::string logTime(uint64_t usec);

// A part of systemd.time(7): "now", "today", "yesterday", "-5min", "5min ago", "2026-03-01 12:00:00" (seconds
// or the whole time of day may be missing), "12:00", "@SECONDS". Nothing when it is none of them.
std::optional<uint64_t> parseTime(std::string_view text, uint64_t now);

// "5" (seconds), "1.5", "500ms", "1min 30s" in µs, or nothing.
std::optional<uint64_t> parseSpan(std::string_view text);

}  // namespace podd::cli
