// SPDX-License-Identifier: LGPL-2.1-or-later
// Something that can launch and stop a pod of three containers, and is timed doing it. Pods are numbered; a
// number is never used twice.
#pragma once

#include <cstdint>
#include <memory>

namespace podd::bench {

constexpr int kContainers = 3;
constexpr const char* kWorkDirectory = "/run/podd-bench";  // of the same file system type as podd's sandboxes

class Subject {
public:
    virtual ~Subject() = default;
    virtual void prepare(uint64_t) {}         // not timed
    virtual void start(uint64_t number) = 0;  // until all containers have exec'ed
    virtual void stop(uint64_t number) = 0;   // until nothing of it is left
    virtual void clean(uint64_t) {}           // not timed
};

}  // namespace podd::bench
