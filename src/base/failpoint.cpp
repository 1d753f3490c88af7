// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/failpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

std::string readAction(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 32> text{};
    const ssize_t length = fd ? ::read(fd.get(), text.data(), text.size()) : 0;
    std::string action(text.data(), length > 0 ? static_cast<size_t>(length) : 0);
    return action.substr(0, action.find('\n'));
}

void writeAction(const std::string& path, const std::string& action) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    writeAll(fd.get(), action, path);
}

}  // namespace

void reachFailpoint(const char* name) {
    const std::string path = cat("/run/podd/failpoints/", name);
    const std::string armed = readAction(path);
    const std::string action = armed.substr(0, armed.find('@'));
    if (action.empty())
        return;
    if (action.size() < armed.size())
        if (const uint64_t hits = parseUnsigned(armed.substr(action.size() + 1)).value_or(1); hits > 1)
            return writeAction(path, cat(action, '@', hits - 1));
    if (::unlink(path.c_str()) < 0)
        return;  // another process was faster
    if (action == "kill")
        (void)::raise(SIGKILL);
    if (action == "error")
        throw Error(Errc::internal, name);
}

}  // namespace podd
