// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/plan_json.h"

#include <json/json.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/strings.h"

namespace podd::cli {

namespace {

constexpr size_t kIndent = 2;

std::string indentation(size_t depth) {
    return std::string(depth * kIndent, ' ');
}

bool isPlain(const Json::Value& value) {
    return !value.isArray() && !value.isObject();
}

std::string plainText(const Json::Value& value) {
    if (value.isBool())
        return value.asBool() ? "yes" : "no";
    return printable(value.asString());
}

// "kind=bind target=/data source=/srv readOnly=no"
std::string line(const Json::Value& object) {
    std::vector<std::string> words;
    for (const std::string& key : object.getMemberNames())
        words.push_back(cat(key, '=', plainText(object[key])));
    return join(words, " ");
}

void outline(const Json::Value& value, size_t depth, std::string& out);

void outlineItem(const Json::Value& item, size_t depth, std::string& out) {
    if (isPlain(item)) {
        out += cat(indentation(depth), plainText(item), '\n');
    } else if (item.isObject() && std::all_of(item.begin(), item.end(), isPlain)) {
        out += cat(indentation(depth), line(item), '\n');
    } else {
        const std::string name = item.isObject() && item.isMember("name") ? plainText(item["name"]) : "-";
        out += cat(indentation(depth), name, ":\n");
        outline(item, depth + 1, out);
    }
}

void outline(const Json::Value& value, size_t depth, std::string& out) {
    if (value.isArray())
        for (const Json::Value& item : value)
            outlineItem(item, depth, out);
    if (!value.isObject())
        return;
    for (const std::string& key : value.getMemberNames()) {
        const Json::Value& member = value[key];
        if (key == "name" && depth > 0)
            continue;  // its heading
        if (isPlain(member)) {
            out += cat(indentation(depth), key, ": ", plainText(member), '\n');
        } else if (!member.empty()) {
            out += cat(indentation(depth), key, ":\n");
            outline(member, depth + 1, out);
        }
    }
}

}  // namespace

std::string planText(const std::string& json) {
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    Json::Value plan;
    std::string complaint;
    if (!reader->parse(json.data(), json.data() + json.size(), &plan, &complaint))
        throw Error(Errc::unavailable, cat("podd sent a plan that is not JSON: ", complaint));
    std::string out;
    outline(plan, 0, out);
    return out;
}

}  // namespace podd::cli
