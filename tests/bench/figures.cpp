// SPDX-License-Identifier: LGPL-2.1-or-later
#include "figures.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <thread>

#include "usage.h"

namespace podd::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBetweenStartAndStop = std::chrono::milliseconds(20);
constexpr auto kBetweenPods = std::chrono::milliseconds(5);
constexpr int kNameWidth = 38;
constexpr int kFigureWidth = 8;
constexpr double kMedian = 0.5;
constexpr double kTail = 0.95;

double milliseconds(Clock::duration span) {
    return std::chrono::duration<double, std::milli>(span).count();
}

// Linear between the neighbours, as numpy has it.
double quantile(const Row& row, double Sample::*member, double at) {
    std::vector<double> values;
    for (const Sample& sample : row.samples)
        values.push_back(sample.*member);
    std::sort(values.begin(), values.end());
    const double position = at * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(position);
    const size_t above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], position - static_cast<double>(below));
}

const Row& baseOf(const Row& row, const std::vector<Row>& rows) {
    const Row* first = nullptr;
    for (const Row& other : rows) {
        if (other.samples.empty() || other.floor != row.floor)
            continue;
        if (other.name == row.floor)
            return other;
        if (first == nullptr)
            first = &other;
    }
    return *first;
}

}  // namespace

Sample measure(Subject& subject, uint64_t number) {
    Sample sample;
    subject.prepare(number);
    const CpuTime before = cpuTime();
    const auto start = Clock::now();
    subject.start(number);
    sample.startMs = milliseconds(Clock::now() - start);
    const CpuTime after = cpuTime();
    sample.cpuMs = after.allMs - before.allMs;
    sample.managerMs = after.managerMs - before.managerMs;
    std::this_thread::sleep_for(kBetweenStartAndStop);
    const auto stop = Clock::now();
    subject.stop(number);
    sample.stopMs = milliseconds(Clock::now() - stop);
    subject.clean(number);
    std::this_thread::sleep_for(kBetweenPods);
    return sample;
}

std::string table(const std::vector<Row>& rows) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(2) << std::left << std::setw(kNameWidth) << "3 containers, ms" << std::right;
    for (const char* title : {"n", "launch", "p95", "x floor", "p95 x", "CPU", "PID 1", "stop", "p95", "x floor"})
        out << std::setw(kFigureWidth) << title;
    for (const Row& row : rows) {
        out << '\n' << std::left << std::setw(kNameWidth) << row.name << std::right;
        if (row.samples.empty()) {
            out << "  " << row.note;
            continue;
        }
        const Row& base = baseOf(row, rows);
        const auto figure = [&](double Sample::*member, double at) {
            out << std::setw(kFigureWidth) << quantile(row, member, at);
        };
        const auto ratio = [&](double Sample::*member, double at) {
            out << std::setw(kFigureWidth) << quantile(row, member, at) / quantile(base, member, kMedian);
        };
        out << std::setw(kFigureWidth) << row.samples.size();
        figure(&Sample::startMs, kMedian);
        figure(&Sample::startMs, kTail);
        ratio(&Sample::startMs, kMedian);
        ratio(&Sample::startMs, kTail);
        figure(&Sample::cpuMs, kMedian);
        figure(&Sample::managerMs, kMedian);
        figure(&Sample::stopMs, kMedian);
        figure(&Sample::stopMs, kTail);
        ratio(&Sample::stopMs, kMedian);
    }
    out << '\n';
    return out.str();
}

}  // namespace podd::bench
