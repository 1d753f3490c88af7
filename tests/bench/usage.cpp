// SPDX-License-Identifier: LGPL-2.1-or-later
#include "usage.h"

#include <unistd.h>

#include <array>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd::bench {

namespace {

// The number that follows `key` in a file of "key value" lines.
double valueOf(const std::string& path, const std::string& key) {
    std::istringstream text(readFile(path));
    std::string word;
    double value = 0;
    while (text >> word)
        if (word == key && text >> value)
            return value;
    throw Error(Errc::internal, cat(quoted(path), ": there is no ", quoted(key)));
}

std::string programOf(const std::string& process) {
    std::array<char, 4096> target{};
    const ssize_t size = ::readlink((process + "/exe").c_str(), target.data(), target.size());
    const std::string path(target.data(), size > 0 ? static_cast<size_t>(size) : 0);
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

CpuTime cpuTime() {
    const std::string manager = readFile("/proc/1/schedstat");
    return {valueOf("/sys/fs/cgroup/cpu.stat", "usage_usec") / 1e3, std::stod(manager) / 1e6};
}

Memory memoryOfPodd() {
    Memory memory;
    for (const std::string& name : listDirectory("/proc")) {
        if (!parseUnsigned(name))
            continue;
        const std::string process = "/proc/" + name;
        const std::string program = programOf(process);
        if (program != "podd" && program != "podd-executor")
            continue;
        const double pss = valueOf(process + "/smaps_rollup", "Pss:");
        const bool spawner = readFile(process + "/cgroup").find("podd-spawner.service") != std::string::npos;
        if (program == "podd")
            memory.podd += pss;
        else if (spawner)
            memory.spawner += pss;
        else
            memory.executors += pss, ++memory.executorCount;
    }
    return memory;
}

}  // namespace podd::bench
