// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal.h"

#include <langinfo.h>
#include <strings.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/strings.h"

namespace podd::cli {

namespace {

std::string_view environment(const char* name) {
    const char* value = ::secure_getenv(name);
    return value == nullptr ? "" : value;
}

bool wantsColour(int fd) {
    const std::string_view asked = environment("SYSTEMD_COLORS");
    if (!asked.empty() && !asked.starts_with("auto"))
        return !isFalse(asked);  // a number of colours, or yes
    if (!environment("NO_COLOR").empty() || ::isatty(fd) == 0)
        return false;
    const std::string_view term = environment("TERM");
    return !term.empty() && term != "dumb";
}

const char* sequence(Style::Ink ink) {
    switch (ink) {
        case Style::Ink::none: return "";
        case Style::Ink::bold: return "\033[0;1;39m";
        case Style::Ink::red: return "\033[0;1;31m";
        case Style::Ink::green: return "\033[0;1;32m";
        case Style::Ink::yellow: return "\033[0;1;33m";
        case Style::Ink::grey: return "\033[0;38;5;245m";
    }
    return "";
}

}  // namespace

bool isFalse(std::string_view text) {
    const std::string word(text);
    for (const char* no : {"0", "n", "no", "f", "false", "off"})
        if (::strcasecmp(word.c_str(), no) == 0)
            return true;
    return false;
}

std::string Style::paint(Ink ink, std::string_view text) const {
    if (!colour || ink == Ink::none || text.empty())
        return std::string(text);
    return cat(sequence(ink), text, "\033[0m");
}

std::string Style::underlined(std::string_view text) const {
    return colour ? cat("\033[0;4m", text, "\033[0m") : std::string(text);
}

Style styleOf(int fd) {
    const std::string_view charset = ::nl_langinfo(CODESET);
    return {.colour = wantsColour(fd), .unicode = charset == "UTF-8"};
}

}  // namespace podd::cli
