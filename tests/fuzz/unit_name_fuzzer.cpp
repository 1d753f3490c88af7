// SPDX-License-Identifier: LGPL-2.1-or-later
// Ids and names → unit names: only characters that systemd allows, at most 255 bytes, reversible, and never the same for
// two pods. The input is lines: an id, another id, two container names, an escaped text.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "fuzz/promise.h"
#include "model/names.h"
#include "model/validate.h"

using namespace podd;
using namespace podd::fuzz;

namespace {

constexpr uint64_t kLargeNumber = 999'999'999;

// unit_name_is_valid() of systemd: what may stand in front of the suffix.
bool isUnitName(const std::string& name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(":_.\\-").find(c) != std::string_view::npos;
    };
    return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), allowed);
}

bool isSliceName(const std::string& name) {
    const std::string_view inner = std::string_view(name).substr(0, name.size() - std::string_view(".slice").size());
    return isUnitName(name) && !inner.starts_with('-') && !inner.ends_with('-') &&
           inner.find("--") == std::string_view::npos;
}

// The definition's own rule about lengths.
bool fits(const std::string& id, const std::string& container) {
    PodSpec spec;
    spec.id = id;
    spec.containers.emplace_back().name = container;
    const std::vector<Problem> problems = validate(spec);
    return std::none_of(problems.begin(), problems.end(), [](const Problem& problem) {
        return problem.pointer == "/id" || problem.pointer == "/containers/0/name";
    });
}

std::vector<std::string> unitsOf(const std::string& id, const std::string& container, uint64_t number) {
    const InstanceId instance{id, number};
    return {podSlice(id), instanceSlice(instance), executorScope(instance), containerScope(instance, container)};
}

void checkOne(const std::string& id, const std::string& container) {
    const std::string escaped = escapedId(id);
    promise(unescapedId(escaped) == id, "an escaped id is read back", escaped);
    for (const uint64_t number : {uint64_t{1}, kLargeNumber}) {
        const InstanceId instance{id, number};
        promise(parseEscapedInstance(instance.escaped()) == instance, "an escaped instance is read back", id);
        promise(parseInstanceId(instance.text()) == instance, "an instance is read back", id);
    }
    if (!fits(id, container))
        return;
    promise(isSliceName(podSlice(id)) && isSliceName(instanceSlice({id, kLargeNumber})), "systemd takes the slices",
            id);
    for (const std::string& unit : unitsOf(id, container, kLargeNumber))
        promise(isUnitName(unit), "systemd takes the name", unit);
}

bool isPrefixOf(const std::string& one, const std::string& other) {
    return (other + '/').starts_with(one + '/');
}

// podd never has two pods of which one's id is a path prefix of the other's.
void checkTwo(const std::string& one, const std::string& other, const std::vector<std::string>& names) {
    if (one != other)
        promise(escapedId(one) != escapedId(other), "escaping is injective", one + "\n" + other);
    if (isPrefixOf(one, other) || isPrefixOf(other, one))
        return;
    for (const uint64_t number : {uint64_t{1}, uint64_t{2}})
        for (const std::string& mine : unitsOf(one, names[0], number))
            for (const std::string& theirs : unitsOf(other, names[1], 1))
                promise(mine != theirs, "no two pods share a unit", mine);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::vector<std::string> lines = split(textOf(data, size), '\n');
    lines.resize(5);
    const std::vector<std::string> names = {whyNotName(lines[2]) ? "a" : lines[2],
                                            whyNotName(lines[3]) ? "b" : lines[3]};
    for (std::string& line : {std::ref(lines[0]), std::ref(lines[1])}) {
        line = normalisedId(line);
        if (!whyNotPodId(line))
            checkOne(line, names[0]);
    }
    if (!whyNotPodId(lines[0]) && !whyNotPodId(lines[1]))
        checkTwo(lines[0], lines[1], names);
    if (const auto id = unescapedId(lines[4]))
        promise(escapedId(*id) == lines[4] && !whyNotPodId(*id), "only what escaping makes is unescaped", lines[4]);
    if (const auto instance = parseEscapedInstance(lines[4]))
        promise(!whyNotPodId(instance->pod), "an instance has a pod", lines[4]);
    return 0;
}
