// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/memory_events.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

uint64_t memoryMax(const std::string& group) {
    try {
        std::string text = readFileIfExists(group + "/memory.max").value_or("");
        if (text.ends_with('\n'))
            text.pop_back();
        return parseUnsigned(text).value_or(UINT64_MAX);
    } catch (const Error&) {
        return UINT64_MAX;  // the group has gone
    }
}

uint64_t valueOf(std::string_view text, std::string_view key) {
    for (const std::string& line : split(text, '\n'))
        if (line.starts_with(key))
            return parseUnsigned(std::string_view(line).substr(key.size())).value_or(0);
    return 0;
}

}  // namespace

uint64_t effectiveMemoryLimit(const std::string& root, const std::string& group) {
    uint64_t lowest = UINT64_MAX;
    for (std::string at = group; at.size() > root.size(); at = parentOf(at))
        lowest = std::min(lowest, memoryMax(at));
    return lowest;
}

std::unique_ptr<MemoryEvents> MemoryEvents::watch(Loop& loop, const std::string& root, const std::string& group) {
    UniqueFd events(::open((group + "/memory.events").c_str(), O_RDONLY | O_CLOEXEC));
    if (!events)
        return nullptr;
    std::unique_ptr<MemoryEvents> watch(new MemoryEvents(root, group, std::move(events)));
    watch->read();  // the kernel tells of changes since the last read
    watch->changed_ = loop.io(watch->events_.get(), EPOLLPRI, [&each = *watch] { each.read(); });
    return watch;
}

MemoryEvents::MemoryEvents(std::string root, std::string group, UniqueFd events)
    : root_(std::move(root)), group_(std::move(group)), events_(std::move(events)) {}

void MemoryEvents::read() {
    std::array<char, 4096> text{};
    const ssize_t size = ::pread(events_.get(), text.data(), text.size(), 0);
    if (size <= 0) {
        changed_.reset();  // the cgroup has gone, and would go on saying so
        return;
    }
    oomKills_ = valueOf({text.data(), static_cast<size_t>(size)}, "oom_kill ");
    if (const uint64_t limit = effectiveMemoryLimit(root_, group_); limit != UINT64_MAX)
        limitBytes_ = limit;
}

uint64_t MemoryEvents::oomKills() {
    if (changed_)
        read();
    return oomKills_;
}

}  // namespace podd
