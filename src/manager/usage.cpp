// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/usage.h"

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

// A cgroup may vanish at any time, and a controller's files be absent: both are "unknown", not failures.
std::string content(const std::string& path) {
    try {
        return readFileIfExists(path, 65536).value_or("");
    } catch (const Error&) {
        return "";
    }
}

// The number behind "key " in a flat keyed file.
uint64_t keyed(const std::string& text, std::string_view key) {
    for (const std::string& line : split(text, '\n'))
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ')
            return parseUnsigned(line.substr(key.size() + 1)).value_or(kUnknown);
    return kUnknown;
}

}  // namespace

std::string sliceDirectory(const std::string& root, const std::string& slice) {
    std::string path = root;
    for (size_t hyphen = slice.find('-'); hyphen != std::string::npos; hyphen = slice.find('-', hyphen + 1))
        path += cat('/', slice.substr(0, hyphen), ".slice");
    return cat(path, '/', slice);
}

Usage readUsage(const std::string& cgroup) {
    Usage usage;
    std::string memory = content(cgroup + "/memory.current");
    if (memory.ends_with('\n'))
        memory.pop_back();
    usage.memoryBytes = parseUnsigned(memory).value_or(kUnknown);
    const uint64_t usec = keyed(content(cgroup + "/cpu.stat"), "usage_usec");
    usage.cpuNsec = usec == kUnknown ? kUnknown : usec * 1000;
    return usage;
}

bool freezesItself(const std::string& cgroup) {
    return content(cgroup + "/cgroup.freeze").starts_with('1');
}

}  // namespace podd
