// SPDX-License-Identifier: LGPL-2.1-or-later
// One value of a definition together with its pointer and its place in the text: what the tables of
// pod_spec_json.cpp read from. An accessor that finds another type, or a value out of range, records the
// problem and returns a harmless value, so that reading goes on and finds all other problems, too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/findings.h"

namespace Json {
class Value;
}

namespace podd {

// A field of an object of type T: its name and how its value gets into the T.
template <typename T>
struct Field;

// Why a text is not what it has to be ("must not be empty"), or nothing.
using Rule = std::optional<std::string> (*)(std::string_view text);

class Node {
public:
    Node(const Json::Value& value, Findings& findings) : Node(value, findings, "", "") {}

    const std::string& key() const { return key_; }  // of the member; empty for items of lists
    const std::string& pointer() const { return pointer_; }

    bool isNull() const;
    bool isString() const;
    bool isNumber() const;
    bool isObject() const;

    std::string text() const;
    bool boolean() const;
    double number(double least, double most) const;
    unsigned integer(unsigned least, unsigned most) const;
    uint64_t natural() const;  // all 64 bits of it, exactly

    // A text that keeps a rule of names.h or field_rules.h. One that does not is returned all the same, so
    // that references to it are not reported as well.
    std::string text(Rule whyNot) const;
    // The number of the row whose name this text is, in any letter case; 0 if there is none.
    size_t choice(const std::vector<std::string>& names) const;

    // Of a list; none if there are fewer or more than allowed.
    std::vector<Node> items(size_t least, size_t most) const;
    // Of an object, in the order of the text; none if there are more than `most`.
    std::vector<Node> members(size_t most) const;
    bool gives(std::string_view field) const;      // a member that is there and not null
    bool givesAt(std::string_view pointer) const;  // the same, deeper down

    // Reads a member for each row; what stands in no row is unknown.
    template <typename T>
    void read(T& target, std::span<const Field<T>> fields) const;

    void checkKey() const;  // of a member whose name is free to choose
    bool refused() const;   // there is an error about this value or what is in it

    void refuse(std::string what, std::string suggestion = "") const;
    void refuseType(std::string_view expected) const;
    void refuseMissing(std::string_view field, std::string what) const;

    // Adds a problem that was found later, by its pointer: at the place of what it names, or of the innermost value
    // around it that exists.
    void report(Problem problem) const;

private:
    Node(const Json::Value& value, Findings& findings, std::string pointer, std::string key)
        : value_(&value), findings_(&findings), pointer_(std::move(pointer)), key_(std::move(key)) {}

    bool has(std::string_view field) const;
    const std::string* refuseUnknown(const std::vector<std::string>& known) const;  // the one that was meant, if any
    std::string suggestionFor(std::string_view expected) const;

    const Json::Value* value_;
    Findings* findings_;
    std::string pointer_;
    std::string key_;
};

// The one door for JSON texts: strict in form, and then `read` is called with the whole value. Returns every problem in
// the order of the text; `strict` makes warnings errors. Never throws for any input.
std::vector<Problem> readJson(std::string_view text, bool strict,
                              const std::function<void(const Node& root, Findings& findings)>& read);

enum class Presence { optional, required };  // null stands for absence, but only where absence is allowed

template <typename T>
struct Field {
    std::string_view name;
    Presence presence = Presence::optional;
    void (*read)(const Node& from, T& to) = nullptr;
};

template <typename T>
void Node::read(T& target, std::span<const Field<T>> fields) const {
    if (!isObject())
        return refuseType("an object");
    std::vector<std::string> names;
    for (const Field<T>& field : fields)
        names.emplace_back(field.name);
    std::vector<std::string> misspelt;
    for (const Node& member : members(kMaxJsonSize)) {
        const Field<T>* known = nullptr;
        for (const Field<T>& field : fields)
            if (field.name == member.key())
                known = &field;
        if (known == nullptr) {
            if (const std::string* meant = member.refuseUnknown(names))
                misspelt.push_back(*meant);
        } else if (known->presence == Presence::required || !member.isNull()) {
            known->read(member, target);
        }
    }
    for (const Field<T>& field : fields)
        if (field.presence == Presence::required && !has(field.name) &&
            std::find(misspelt.begin(), misspelt.end(), field.name) == misspelt.end())
            refuseMissing(field.name, "is missing");
}

}  // namespace podd
