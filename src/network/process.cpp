// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/process.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr size_t kStartTime = 19;  // field 22 of the line; what follows the command's name begins with field 3

}  // namespace

ProcessName nameOf(pid_t pid) {
    const std::string path = cat("/proc/", pid, "/stat");
    const std::string line = readFile(path);
    // The command's name is in parentheses, and may hold anything, also those.
    const size_t end = line.rfind(") ");
    const std::vector<std::string> fields =
        end == std::string::npos ? std::vector<std::string>{} : split(line.substr(end + 2), ' ');
    const std::optional<uint64_t> start = fields.size() > kStartTime ? parseUnsigned(fields[kStartTime]) : std::nullopt;
    if (!start)
        throw Error(Errc::internal, cat(path, ": not as proc_pid_stat(5) has it"));
    return {pid, *start};
}

UniqueFd openProcess(const ProcessName& name) {
    UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, name.pid, 0)));
    if (!process && errno != ESRCH)
        throwErrno(errno, cat("process ", name.pid));
    if (!process || hasEnded(process.get()))
        return {};
    try {
        // Read after the descriptor was made: it is of the process that has the number now.
        return nameOf(static_cast<pid_t>(name.pid)) == name ? std::move(process) : UniqueFd{};
    } catch (const Error&) {
        return {};  // it has ended meanwhile
    }
}

bool hasEnded(int pidfd) {
    pollfd watched{.fd = pidfd, .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, 0) > 0;
}

}  // namespace podd
