// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/diff_json.h"

#include <json/reader.h>
#include <json/value.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "model/json_text.h"

namespace podd {

namespace {

// What lies below a longer path is shown as one value: otherwise a long key could stand before each of many values.
constexpr size_t kLongestPath = 1024;

class Document {
public:
    explicit Document(const std::string& text) : text_(text.empty() ? "{}" : text) {
        const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
        std::string complaint;
        if (!checkJson(text_).whole || !reader->parse(text_.data(), text_.data() + text_.size(), &root_, &complaint))
            throw Error(Errc::internal, cat("compare definitions: no JSON: ", complaint));
    }

    const Json::Value& root() const { return root_; }

    // The value as it stands in the text, without the space between its parts.
    std::string compact(const Json::Value& value) const {
        std::string out;
        bool inString = false;
        for (auto at = static_cast<size_t>(value.getOffsetStart()); at < static_cast<size_t>(value.getOffsetLimit());
             ++at) {
            const char c = text_[at];
            if (!inString && (c == ' ' || c == '\n' || c == '\t' || c == '\r'))
                continue;
            out += c;
            if (inString && c == '\\')
                out += text_[++at];
            else if (c == '"')
                inString = !inString;
        }
        return out;
    }

private:
    std::string text_;
    Json::Value root_;
};

// The parts of an object or a list, each with the name that it is compared by.
using Parts = std::vector<std::pair<std::string, const Json::Value*>>;

// The members in the order of the text; JsonCpp sorts them.
Parts membersOf(const Json::Value& object) {
    Parts parts;
    for (auto each = object.begin(); each != object.end(); ++each)
        parts.emplace_back(each.name(), &*each);
    std::sort(parts.begin(), parts.end(),
              [](const auto& a, const auto& b) { return a.second->getOffsetStart() < b.second->getOffsetStart(); });
    return parts;
}

// The items by their names; nothing when one has none, or two have the same.
std::optional<Parts> namedItems(const Json::Value& list) {
    Parts parts;
    std::map<std::string, int> seen;
    for (const Json::Value& item : list) {
        if (!item.isObject() || !item["name"].isString() || ++seen[item["name"].asString()] > 1)
            return std::nullopt;
        parts.emplace_back(item["name"].asString(), &item);
    }
    return parts;
}

bool allPlain(const Json::Value& list) {
    return std::none_of(list.begin(), list.end(),
                        [](const Json::Value& item) { return item.isObject() || item.isArray(); });
}

using Index = std::map<std::string, const Json::Value*>;

class Comparison {
public:
    Comparison(const Document& before, const Document& after) : before_(before), after_(after) {}

    std::vector<Change> run() {
        compare(before_.root(), after_.root(), "");
        return std::move(changes_);
    }

private:
    void compare(const Json::Value& before, const Json::Value& after, const std::string& path) {
        if (before == after && !before.isArray() && !before.isObject())
            return;
        const bool sameKind = before.type() == after.type() && (before.isObject() || before.isArray());
        if (!sameKind || path.size() > kLongestPath)
            changed(path, before_.compact(before), after_.compact(after));
        else if (before.isObject())
            compareByName(membersOf(before), membersOf(after), path);
        else
            compareLists(before, after, path);
    }

    void compareLists(const Json::Value& before, const Json::Value& after, const std::string& path) {
        if (allPlain(before) && allPlain(after))
            return changed(path, before_.compact(before), after_.compact(after));
        const std::optional<Parts> named = namedItems(before);
        const std::optional<Parts> namedAfter = namedItems(after);
        if (!named || !namedAfter)
            return comparePositions(before, after, path);
        const std::string was = commonNames(before_, *named, *namedAfter);
        const std::string is = commonNames(after_, *namedAfter, *named);
        changed(path, was, is);
        compareByName(*named, *namedAfter, path);
    }

    // The names that are in the other list too, as a JSON list.
    static std::string commonNames(const Document& document, const Parts& parts, const Parts& others) {
        const Index other(others.begin(), others.end());
        std::vector<std::string> names;
        for (const auto& [name, item] : parts)
            if (other.contains(name))
                names.push_back(document.compact((*item)["name"]));
        return cat('[', join(names, ","), ']');
    }

    // What is only on one side stands between its neighbours there; both sides have as many of the others.
    void compareByName(const Parts& before, const Parts& after, const std::string& path) {
        const Index old(before.begin(), before.end());
        const Index fresh(after.begin(), after.end());
        size_t i = 0;
        const auto removeUntilKept = [&] {
            for (; i < before.size() && !fresh.contains(before[i].first); ++i)
                removed(pointerTo(path, before[i].first), *before[i].second);
        };
        for (const auto& [name, value] : after) {
            removeUntilKept();
            const auto found = old.find(name);
            if (found == old.end()) {
                added(pointerTo(path, name), *value);
                continue;
            }
            compare(*found->second, *value, pointerTo(path, name));
            ++i;
        }
        removeUntilKept();
    }

    void comparePositions(const Json::Value& before, const Json::Value& after, const std::string& path) {
        for (Json::ArrayIndex i = 0; i < std::max(before.size(), after.size()); ++i) {
            const std::string here = pointerTo(path, size_t{i});
            if (i >= after.size())
                removed(here, before[i]);
            else if (i >= before.size())
                added(here, after[i]);
            else
                compare(before[i], after[i], here);
        }
    }

    void added(std::string path, const Json::Value& value) {
        changes_.push_back(
            {.kind = Change::Kind::added, .path = std::move(path), .before = "", .after = after_.compact(value)});
    }
    void removed(std::string path, const Json::Value& value) {
        changes_.push_back(
            {.kind = Change::Kind::removed, .path = std::move(path), .before = before_.compact(value), .after = ""});
    }
    void changed(const std::string& path, std::string before, std::string after) {
        if (before != after)
            changes_.push_back(
                {.kind = Change::Kind::changed, .path = path, .before = std::move(before), .after = std::move(after)});
    }

    const Document& before_;
    const Document& after_;
    std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> diffDefinitions(const std::string& before, const std::string& after) {
    if (before == after)
        return {};
    const Document left(before);
    const Document right(after);
    return Comparison(left, right).run();
}

}  // namespace podd
