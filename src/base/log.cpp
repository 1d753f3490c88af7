// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/log.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/strings.h"

namespace podd::log {

namespace {

// One write for one line, so that lines of several processes never mix.
void write(char priority, std::string_view text) {
    const std::string line = cat('<', priority, '>', printable(text), '\n');
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

bool debugWanted() {
    static const bool wanted = [] {
        const char* level = std::getenv("PODD_LOG");
        return level != nullptr && std::string_view(level) == "debug";
    }();
    return wanted;
}

}  // namespace

void debug(std::string_view text) {
    if (debugWanted())
        write('7', text);
}
void info(std::string_view text) {
    write('6', text);
}
void notice(std::string_view text) {
    write('5', text);
}
void warning(std::string_view text) {
    write('4', text);
}
void error(std::string_view text) {
    write('3', text);
}

}  // namespace podd::log
