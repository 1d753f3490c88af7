// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/node_json.h"

#include <json/reader.h>
#include <json/value.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <memory>

#include "base/characters.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr const char* kNoCharacter = " has a code point that is no character";

std::string_view typeName(const Json::Value& value) {
    switch (value.type()) {
        case Json::nullValue: return "null";
        case Json::booleanValue: return value.asBool() ? "true" : "false";
        case Json::stringValue: return "a string";
        case Json::arrayValue: return "a list";
        case Json::objectValue: return "an object";
        default: return "a number";
    }
}

// The next token of a pointer, unescaped, taken off its front.
std::string takeToken(std::string_view& pointer) {
    pointer.remove_prefix(1);
    const std::string_view raw = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(raw.size());
    std::string token;
    for (size_t i = 0; i < raw.size(); ++i) {
        const bool escape = raw[i] == '~' && i + 1 < raw.size();
        token += escape ? (raw[++i] == '1' ? '/' : '~') : raw[i];
    }
    return token;
}

const Json::Value* childOf(const Json::Value& value, const std::string& token) {
    if (value.isObject())
        return value.find(token.data(), token.data() + token.size());
    const std::optional<uint64_t> index = parseUnsigned(token);
    if (!value.isArray() || !index || *index >= value.size())
        return nullptr;
    return &value[static_cast<Json::ArrayIndex>(*index)];
}

size_t offsetOf(const Json::Value& value) {
    return static_cast<size_t>(value.getOffsetStart());
}

// The value as it stands in the text, on one line and shortened.
std::string sourceOf(const Json::Value& value, std::string_view text) {
    constexpr size_t kLongest = 120;
    const size_t length = static_cast<size_t>(value.getOffsetLimit()) - offsetOf(value);
    std::string line;
    bool gap = false;  // between lines
    for (const char c : text.substr(offsetOf(value), length)) {
        gap = c == '\n' || (gap && (c == ' ' || c == '\t' || c == '\r'));
        if (!gap)
            line += c;
        if (line.size() > kLongest + 4)
            break;  // not within a character that begins before
    }
    return shortened(line, kLongest);
}

bool equalIgnoringCase(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// A known name that begins like this one, such as maxLaunchDelay for maxLaunchDelaySeconds.
const std::string* longerOrShorter(std::string_view key, const std::vector<std::string>& known) {
    constexpr size_t kLeast = 4;
    for (const std::string& name : known)
        if (key.size() >= kLeast && name.size() >= kLeast && (key.starts_with(name) || name.starts_with(key)))
            return &name;
    return nullptr;
}

// A text that keeps the rule and differs only in what people get wrong: letter case, '_' or ' ' for '-', the first '/'.
std::string suggestionLike(std::string_view text, Rule whyNot) {
    constexpr size_t kLongest = 255;
    if (text.empty() || text.size() > kLongest)
        return "";
    std::string tidy;
    for (const char c : text)
        tidy += c == '_' || c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const std::string& candidate : {tidy, '/' + tidy})
        if (candidate != text && !whyNot(candidate))
            return cat("did you mean ", quoted(candidate), '?');
    return "";
}

}  // namespace

bool Node::isNull() const {
    return value_->isNull();
}

bool Node::isString() const {
    return value_->isString();
}

bool Node::isObject() const {
    return value_->isObject();
}

bool Node::isNumber() const {
    return value_->isNumeric();
}

std::string Node::text() const {
    return text([](std::string_view) { return std::optional<std::string>(); });
}

std::string Node::text(Rule whyNot) const {
    if (!value_->isString()) {
        refuseType("a string");
        return "";
    }
    std::string text = value_->asString();
    if (hasNoCharacter(text))
        refuse(cat(shown(text), kNoCharacter));
    else if (const std::optional<std::string> why = whyNot(text))
        refuse(text.empty() ? *why : cat(shown(text), ' ', *why), suggestionLike(text, whyNot));
    return text;
}

size_t Node::choice(const std::vector<std::string>& names) const {
    if (!value_->isString()) {
        refuseType("a string");
        return 0;
    }
    const std::string text = value_->asString();
    for (size_t i = 0; i < names.size(); ++i)
        if (equalIgnoringCase(text, names[i]))
            return i;
    const std::string* meant = nearest(text, names);
    refuse(cat(shown(text), names.size() == 1 ? cat(" is not ", quoted(names[0])) : " is none of " + join(names, ", ")),
           meant != nullptr ? cat("did you mean ", quoted(*meant), '?') : "");
    return 0;
}

bool Node::boolean() const {
    if (value_->isBool())
        return value_->asBool();
    refuseType("true or false");
    return false;
}

double Node::number(double least, double most) const {
    if (!value_->isNumeric()) {
        refuseType("a number");
        return least;
    }
    const double number = value_->asDouble();
    if (number < least || number > most) {
        refuse(cat("must be between ", jsonNumber(least), " and ", jsonNumber(most), ", not ", jsonNumber(number)));
        return least;
    }
    return number + 0.0;  // -0 is 0
}

unsigned Node::integer(unsigned least, unsigned most) const {
    if (!value_->isNumeric() || value_->asDouble() != std::floor(value_->asDouble())) {
        refuseType("an integer");
        return least;
    }
    return static_cast<unsigned>(number(least, most));
}

uint64_t Node::natural() const {
    if (value_->isUInt64())
        return value_->asUInt64();
    refuseType("an integer from 0 to 18446744073709551615");
    return 0;
}

std::vector<Node> Node::items(size_t least, size_t most) const {
    std::vector<Node> items;
    if (!value_->isArray()) {
        refuseType("a list");
        return items;
    }
    if (value_->size() < least || value_->size() > most) {
        const bool few = value_->size() < least;
        refuse(value_->empty() ? "must not be empty"
                               : cat("has ", value_->size(), " items, ", few ? "at least " : "at most ",
                                     few ? least : most, few ? " are needed" : " are allowed"));
        return items;
    }
    items.reserve(value_->size());
    for (Json::ArrayIndex i = 0; i < value_->size(); ++i)
        items.push_back(Node((*value_)[i], *findings_, pointerTo(pointer_, size_t{i}), ""));
    return items;
}

std::vector<Node> Node::members(size_t most) const {
    std::vector<Node> members;
    if (!value_->isObject()) {
        refuseType("an object");
        return members;
    }
    if (value_->size() > most) {
        refuse(cat("has ", value_->size(), " entries, at most ", most, " are allowed"));
        return members;
    }
    std::vector<std::pair<ptrdiff_t, Json::Value::const_iterator>> places;
    places.reserve(value_->size());
    for (auto each = value_->begin(); each != value_->end(); ++each)
        places.emplace_back(each->getOffsetStart(), each);
    std::sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    members.reserve(places.size());
    for (const auto& [place, each] : places) {
        std::string name = each.name();
        std::string pointer = pointerTo(pointer_, name);
        members.push_back(Node(*each, *findings_, std::move(pointer), std::move(name)));
    }
    return members;
}

void Node::checkKey() const {
    if (hasNoCharacter(key_))
        refuse(cat("the name ", shown(key_), kNoCharacter));
}

bool Node::refused() const {
    return findings_->hasErrorBelow(pointer_);
}

void Node::refuse(std::string what, std::string suggestion) const {
    findings_->add(offsetOf(*value_), {.pointer = pointer_,
                                       .what = std::move(what),
                                       .value = sourceOf(*value_, findings_->text()),
                                       .suggestion = std::move(suggestion)});
}

void Node::refuseType(std::string_view expected) const {
    if (!findings_->full())
        refuse(cat("must be ", expected, ", not ",
                   value_->isNumeric() && expected == "an integer" ? "a fraction" : typeName(*value_)),
               suggestionFor(expected));
}

void Node::refuseMissing(std::string_view field, std::string what) const {
    findings_->add(offsetOf(*value_), {.pointer = pointerTo(pointer_, field), .what = std::move(what)});
}

const std::string* Node::refuseUnknown(const std::vector<std::string>& known) const {
    if (findings_->full())
        return nullptr;
    const std::string* meant = nearest(key_, known);
    Problem problem{.pointer = pointer_, .value = sourceOf(*value_, findings_->text())};
    if (meant != nullptr) {
        problem.what = cat("unknown field ", shown(key_));
    } else {
        problem.severity = Problem::Severity::warning;
        problem.what = cat("unknown field ", shown(key_), findings_->strict() ? "" : " is ignored");
    }
    const std::string* similar = meant != nullptr ? meant : longerOrShorter(key_, known);
    if (similar != nullptr)
        problem.suggestion = cat("did you mean ", quoted(*similar), '?');
    findings_->add(keyOffset(findings_->text(), offsetOf(*value_)), std::move(problem));
    if (meant != nullptr)
        findings_->misspelt(pointerTo(std::string_view(pointer_).substr(0, pointer_.rfind('/')), *meant));
    return meant;
}

// What was probably meant by a value of the wrong type.
std::string Node::suggestionFor(std::string_view expected) const {
    const std::string source = sourceOf(*value_, findings_->text());
    if (expected == "a string" && (value_->isNumeric() || value_->isBool()))
        return cat("write it in quotes: \"", source, '"');
    if (expected == "a list" && (value_->isString() || value_->isObject()))
        return "put it into brackets: [ ]";
    if (!value_->isString())
        return "";
    const std::string text = value_->asString();
    double number = 0;
    const bool isNumber =
        std::from_chars(text.data(), text.data() + text.size(), number).ptr == text.data() + text.size();
    const bool isBoolean = text == "true" || text == "false";
    if ((expected == "true or false" && isBoolean) ||
        ((expected == "a number" || expected == "an integer") && isNumber && !text.empty()))
        return cat("write it without quotes: ", text);
    return "";
}

void Node::report(Problem problem) const {
    const Json::Value* found = value_;
    std::string_view rest = problem.pointer;
    while (!rest.empty()) {
        const Json::Value* child = childOf(*found, takeToken(rest));
        if (child == nullptr)
            break;
        found = child;
        if (rest.empty())
            problem.value = sourceOf(*found, findings_->text());
    }
    findings_->add(offsetOf(*found), std::move(problem));
}

bool Node::gives(std::string_view field) const {
    const Json::Value* found = value_->isObject() ? value_->find(field.data(), field.data() + field.size()) : nullptr;
    return found != nullptr && !found->isNull();
}

bool Node::givesAt(std::string_view pointer) const {
    const Json::Value* found = value_;
    while (found != nullptr && !pointer.empty())
        found = childOf(*found, takeToken(pointer));
    return found != nullptr && !found->isNull();
}

bool Node::has(std::string_view field) const {
    return value_->find(field.data(), field.data() + field.size()) != nullptr;
}

std::vector<Problem> readJson(std::string_view text, bool strict,
                              const std::function<void(const Node& root, Findings& findings)>& read) {
    JsonCheck check = checkJson(text);
    if (text.size() > kMaxJsonSize)  // not even its lines are counted
        return std::move(check.problems);
    Findings findings(text, strict);
    findings.add(std::move(check.problems));
    if (check.whole) {
        Json::CharReaderBuilder builder;
        builder["collectComments"] = false;
        const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
        Json::Value value;
        std::string complaint;
        if (reader->parse(text.data(), text.data() + text.size(), &value, &complaint))
            read(Node(value, findings), findings);
        else
            findings.add(0, {.what = complaint});
    }
    return findings.take();
}

}  // namespace podd
