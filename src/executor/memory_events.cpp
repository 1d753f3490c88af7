// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/memory_events.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

std::optional<uint64_t> memoryMax(const std::string& group) {
    try {
        std::string text = readFile(group + "/memory.max");
        if (text.ends_with('\n'))
            text.pop_back();
        return text == "max" ? UINT64_MAX : parseUnsigned(text);
    } catch (const Error&) {
        return std::nullopt;  // the group has gone
    }
}

uint64_t killsIn(std::string_view events) {
    constexpr std::string_view kKey = "oom_kill ";
    for (const std::string& line : split(events, '\n'))
        if (line.starts_with(kKey))
            return parseUnsigned(std::string_view(line).substr(kKey.size())).value_or(0);
    return 0;
}

}  // namespace

std::optional<uint64_t> effectiveMemoryLimit(const std::string& root, const std::string& group) {
    uint64_t lowest = UINT64_MAX;
    for (std::string at = group; at.size() > root.size(); at = parentOf(at)) {
        const std::optional<uint64_t> here = memoryMax(at);
        if (!here)
            return std::nullopt;
        lowest = std::min(lowest, *here);
    }
    return lowest;
}

uint64_t oomKillsBelow(const std::string& group) {
    try {
        return killsIn(readFile(group + "/memory.events"));
    } catch (const Error&) {
        return 0;
    }
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
        gone_ = true;
        changed_.reset();  // it would go on saying so
        return;
    }
    oomKills_ = killsIn({text.data(), static_cast<size_t>(size)});
    limitBytes_ = effectiveMemoryLimit(root_, group_).value_or(limitBytes_);
}

uint64_t MemoryEvents::oomKills() {
    if (!gone_)
        read();
    return oomKills_;
}

}  // namespace podd
