// SPDX-License-Identifier: LGPL-2.1-or-later
// What the output goes to, and what that allows: colours, line-drawing characters, a pager, a password
// prompt. The environment decides as it does for systemd's tools ($SYSTEMD_COLORS, $NO_COLOR, $SYSTEMD_PAGER,
// $PAGER, $SYSTEMD_LESS, $SYSTEMD_PAGERSECURE).
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/fd.h"

namespace podd::cli {

// How to write text; a plain value, so that rendering can be tested without a terminal.
struct Style {
    bool colour = false;
    bool unicode = true;

    enum class Ink { none, bold, red, green, yellow, grey };
    std::string paint(Ink ink, std::string_view text) const;
    std::string underlined(std::string_view text) const;
};

// The style that stdout or stderr allows. To be asked before a pager takes the place of stdout.
Style styleOf(int fd);

// Whether a variable of the environment says no, in one of systemd's words for it.
bool isFalse(std::string_view text);

// While it lives, stdout runs through a pager, if stdout is a terminal and nobody forbids it.
class Pager {
public:
    explicit Pager(bool wanted);
    Pager(const Pager&) = delete;
    Pager& operator=(const Pager&) = delete;
    ~Pager();

private:
    pid_t child_ = -1;
    UniqueFd terminal_;  // stdout as it was
};

// While it lives, pkttyagent(1) asks for passwords on this terminal on polkit's behalf.
class PasswordAgent {
public:
    explicit PasswordAgent(bool wanted);
    PasswordAgent(const PasswordAgent&) = delete;
    PasswordAgent& operator=(const PasswordAgent&) = delete;
    ~PasswordAgent();

private:
    pid_t child_ = -1;
};

}  // namespace podd::cli
