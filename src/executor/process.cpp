// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/process.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <csignal>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

// The content of a file of /proc or a cgroup; "" when its process or group has gone.
std::string readState(const std::string& path) {
    try {
        return readFile(path);
    } catch (const Error&) {
        return "";
    }
}

std::string_view lineWith(std::string_view text, std::string_view key) {
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (line.starts_with(key))
            return line.substr(key.size());
        at = end + 1;
    }
    return {};
}

bool inSignalSet(std::string_view status, std::string_view key, int signal) {
    std::string_view digits = lineWith(status, key);
    digits.remove_prefix(std::min(digits.find_first_not_of(" \t"), digits.size()));
    uint64_t set = 0;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), set, 16);
    return ((set >> (signal - 1)) & 1) != 0;
}

bool isZombie(const std::string& pid) {
    const std::string stat = readState(cat("/proc/", pid, "/stat"));
    const size_t comm = stat.rfind(')');  // of the name, which may hold anything
    return comm == std::string::npos || stat.compare(comm, 3, ") Z") == 0;
}

// By the kernel's flags: the ninth field of proc_pid_stat(5), the seventh behind the name, which may hold anything.
bool taskIsExiting(std::string_view stat) {
    constexpr uint64_t kExiting = 0x4;  // PF_EXITING
    constexpr size_t kFlags = 7;
    const std::vector<std::string> fields = split(stat.substr(std::min(stat.rfind(')'), stat.size())), ' ');
    return fields.size() <= kFlags || (parseUnsigned(fields[kFlags]).value_or(kExiting) & kExiting) != 0;
}

}  // namespace

bool hearsSignal(std::string_view status, int signal) {
    return inSignalSet(status, "SigCgt:", signal) || inSignalSet(status, "SigIgn:", signal) ||
           inSignalSet(status, "SigBlk:", signal);
}

bool processHears(pid_t pid, int signal) {
    const std::string status = readState(cat("/proc/", pid, "/status"));
    return status.empty() || hearsSignal(status, signal);
}

// A thread may end before the others, also the first one.
bool isExiting(pid_t pid) {
    const std::string tasks = cat("/proc/", pid, "/task");
    const std::vector<std::string> all = listDirectory(tasks);
    return std::all_of(all.begin(), all.end(), [&](const std::string& task) {
        return taskIsExiting(readState(cat(tasks, '/', task, "/stat")));
    });
}

bool hasLivingChildren(pid_t pid) {
    const std::string tasks = cat("/proc/", pid, "/task");
    for (const std::string& task : listDirectory(tasks))
        for (const std::string& child : split(readState(cat(tasks, '/', task, "/children")), ' '))
            if (!child.empty() && !isZombie(child))
                return true;
    return false;
}

std::optional<std::string> groupDirectory(const std::string& cgroupRoot, pid_t pid, const std::string& scope) {
    if (!scopeDirectory(cgroupRoot, pid, scope))
        return std::nullopt;
    const std::string groups = readState(cat("/proc/", pid, "/cgroup"));
    return cat(cgroupRoot, lineWith(groups, "0::"));
}

std::optional<std::string> scopeDirectory(const std::string& cgroupRoot, pid_t pid, const std::string& scope) {
    const std::string groups = readState(cat("/proc/", pid, "/cgroup"));
    const std::string_view path = lineWith(groups, "0::");
    // A container with delegation may have moved itself below its scope.
    const std::string name = cat('/', scope);
    const size_t at = path.find(name);
    if (at == std::string_view::npos || scope.empty())
        return std::nullopt;
    const std::string_view unit = path.substr(0, at + name.size());
    if (path.size() > unit.size() && path[unit.size()] != '/')
        return std::nullopt;
    return cat(cgroupRoot, unit);
}

void terminateGroup(const std::string& directory) {
    for (const std::string& line : split(readState(directory + "/cgroup.procs"), '\n')) {
        const auto pid = static_cast<pid_t>(parseUnsigned(line).value_or(0));
        if (pid <= 0)  // 0 stands for a process of a PID namespace that is not ours
            continue;
        (void)::kill(pid, SIGTERM);
        (void)::kill(pid, SIGCONT);
    }
    for (const std::string& entry : listDirectory(directory)) {
        struct stat info {};
        const std::string path = cat(directory, '/', entry);
        if (::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
            terminateGroup(path);
    }
}

void awaitMoves(const std::string& cgroupRoot) {
    const std::string groups = readState("/proc/self/cgroup");
    const std::string group = cat(cgroupRoot, lineWith(groups, "0::"));
    const UniqueFd file(::open(cat(group, "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    if (file)
        (void)!::write(file.get(), "0", 1);  // 0 is the writer
}

bool killGroup(const std::string& directory) {
    const UniqueFd file(::open(cat(directory, "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), "1", 1) == 1;
}

}  // namespace podd
