// SPDX-License-Identifier: LGPL-2.1-or-later
// What the tables of the *_json.cpp files are made of. A row is {"field", presence, reader}; a reader puts the value
// of the field into its object, and the ones below do so for a plain member of it: flag<&VolumeMount::readOnly>.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/limits.h"
#include "model/node_json.h"
#include "model/pod_spec.h"

namespace podd {

constexpr Presence kOptional = Presence::optional;
constexpr Presence kRequired = Presence::required;

// Readers of the groups of fields that have files of their own.
void readContainers(const Node& from, PodSpec& to);
void readVolumes(const Node& from, PodSpec& to);
void readNetworks(const Node& from, PodSpec& to);
void readScheduling(const Node& from, PodSpec& to);
void readCheck(const Node& from, Check& to);
void readHealthCheck(const Node& from, HealthCheck& to);

// ... and of what stands in several places.
void readMap(const Node& from, StringMap& to, size_t most);
void readEnvironment(const Node& from, Environment& to);
void readCommand(const Node& from, Command& to);
void readIpcInfo(const Node& from, std::optional<IpcInfo>& to);

template <typename T, size_t N>
void readObject(const Node& from, T& to, const Field<T> (&fields)[N]) {
    from.read(to, std::span<const Field<T>>(fields));
}

template <typename Item, size_t N>
void readList(const Node& from, std::vector<Item>& to, size_t most, const Field<Item> (&fields)[N]) {
    for (const Node& node : from.items(0, most))
        readObject(node, to.emplace_back(), fields);
}

template <typename Member>
struct MemberTraits;
template <typename T, typename V>
struct MemberTraits<V T::*> {
    using Object = T;
};
template <auto member>
using ObjectOf = typename MemberTraits<decltype(member)>::Object;

struct Range {
    double least = 0;
    double most = 0;
};

template <auto member>
void flag(const Node& from, ObjectOf<member>& to) {
    to.*member = from.boolean();
}

template <auto member, Rule rule>
void text(const Node& from, ObjectOf<member>& to) {
    to.*member = from.text(rule);
}

template <auto member, const Range& range>
void number(const Node& from, ObjectOf<member>& to) {
    to.*member = from.number(range.least, range.most);
}

template <auto member, unsigned least, unsigned most>
void integer(const Node& from, ObjectOf<member>& to) {
    to.*member = from.integer(least, most);
}

template <auto member>
void labels(const Node& from, ObjectOf<member>& to) {
    readMap(from, to.*member, kMaxLabels);
}

// One of the names of an enum's table, in any letter case.
template <auto member, const auto& table>
void choice(const Node& from, ObjectOf<member>& to) {
    std::vector<std::string> names;
    for (const auto& [value, name] : table.rows())
        names.emplace_back(name);
    to.*member = table.rows()[from.choice(names)].first;
}

}  // namespace podd
