// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/freezer.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace podd {

std::unique_ptr<Freezer> Freezer::watch(Loop& loop, const std::string& group, Task changed) {
    UniqueFd events(::open((group + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
    if (!events)
        return nullptr;
    std::unique_ptr<Freezer> watch(new Freezer(std::move(events), std::move(changed)));
    watch->read();  // the kernel tells of changes since the last read
    watch->changed_ = loop.io(watch->events_.get(), EPOLLPRI, [&each = *watch] {
        const bool before = each.frozen_;
        each.read();
        if (each.frozen_ != before)
            each.task_();
    });
    return watch;
}

void Freezer::read() {
    std::array<char, 256> text{};
    const ssize_t size = ::pread(events_.get(), text.data(), text.size(), 0);
    if (size <= 0)
        changed_.reset();  // the cgroup has gone; it would go on saying so
    else
        frozen_ = std::string_view(text.data(), static_cast<size_t>(size)).find("frozen 1") != std::string_view::npos;
}

}  // namespace podd
