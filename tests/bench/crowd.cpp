// SPDX-License-Identifier: LGPL-2.1-or-later
#include "crowd.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <sstream>
#include <vector>

#include "figures.h"
#include "podd_subjects.h"
#include "usage.h"

namespace podd::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kFew = 20;       // pods that run beside the first launches that are compared
constexpr uint64_t kLaunches = 24;  // compared at each size
constexpr uint64_t kGroup = 20;     // pods in a group, as people have them

double millisecondsSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

std::string perSecond(uint64_t pods, double ms) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << static_cast<double>(pods) / ms * 1e3 << " pods/s";
    return text.str();
}

}  // namespace

std::string burst(const std::string& payload, uint64_t pods, const NextNumber& next) {
    PoddClient client(payload);
    std::vector<uint64_t> numbers(pods);
    std::generate(numbers.begin(), numbers.end(), next);
    const CpuTime before = cpuTime();
    const Clock::time_point start = Clock::now();
    client.startAll(numbers);
    const double startMs = millisecondsSince(start);
    const CpuTime after = cpuTime();
    const Clock::time_point stop = Clock::now();
    client.stopAll(numbers);
    const double stopMs = millisecondsSince(stop);
    for (const uint64_t number : numbers)
        client.clean(number);

    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << "burst of " << pods << " pods: launched in " << startMs << " ms, "
         << perSecond(pods, startMs) << ", CPU " << (after.allMs - before.allMs) / static_cast<double>(pods)
         << " ms each (PID 1 " << (after.managerMs - before.managerMs) / static_cast<double>(pods) << "); stopped in "
         << stopMs << " ms, " << perSecond(pods, stopMs) << "\n";
    return text.str();
}

std::string growth(const std::string& payload, uint64_t pods, const NextNumber& next) {
    std::ostringstream text;
    for (const uint64_t groupSize : {uint64_t{0}, kGroup}) {
        PoddClient client(payload, PodIds{groupSize});
        const std::string where = groupSize == 0 ? "" : ", groups of " + std::to_string(groupSize);
        std::vector<uint64_t> running;
        std::vector<Row> rows;
        for (const uint64_t size : {kFew, pods}) {
            while (running.size() < size) {
                running.push_back(next());
                client.start(running.back());
            }
            Row row{"beside " + std::to_string(size) + " pods" + where, {}};
            for (uint64_t n = 0; n < kLaunches; ++n)
                row.samples.push_back(measure(client, next()));
            rows.push_back(std::move(row));
        }
        const Memory memory = memoryOfPodd();
        client.stopAll(running);
        for (const uint64_t number : running)
            client.clean(number);
        text << table(rows) << std::fixed << std::setprecision(0) << "PSS beside " << pods << " pods, kB: podd "
             << memory.podd << ", spawner " << memory.spawner << ", executors " << memory.executors << ": "
             << memory.all() / static_cast<double>(pods) << " for each pod\n";
    }
    return text.str();
}

}  // namespace podd::bench
