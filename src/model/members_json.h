// SPDX-License-Identifier: LGPL-2.1-or-later
// Plain data as JSON and back, for files of podd's own. A type says what its members are called, once for both ways, by a
// JsonMembers with a visit(subject, member) that calls `member` with each name and the member itself.
#pragma once

#include <json/reader.h>
#include <json/value.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace podd {

template <typename T>
struct JsonMembers;

struct ToJson {
    static Json::Value of(const std::string& value) { return value; }
    static Json::Value of(bool value) { return value; }
    static Json::Value of(uint64_t value) { return Json::UInt64{value}; }
    static Json::Value of(int64_t value) { return Json::Int64{value}; }
    template <typename T>
    static Json::Value of(const std::vector<T>& values) {
        Json::Value list(Json::arrayValue);
        for (const T& value : values)
            list.append(of(value));
        return list;
    }
    template <typename T>
    static Json::Value of(const T& value) {
        Json::Value object(Json::objectValue);
        JsonMembers<T>::visit(value, [&](const char* name, const auto& member) { object[name] = of(member); });
        return object;
    }
};

// False when a value is missing or of another type; what has been read by then stays.
struct FromJson {
    static bool take(const Json::Value& from, std::string& to) {
        if (from.isString())
            to = from.asString();
        return from.isString();
    }
    static bool take(const Json::Value& from, bool& to) {
        if (from.isBool())
            to = from.asBool();
        return from.isBool();
    }
    static bool take(const Json::Value& from, uint64_t& to) {
        if (from.isUInt64())
            to = from.asUInt64();
        return from.isUInt64();
    }
    static bool take(const Json::Value& from, int64_t& to) {
        if (from.isInt64())
            to = from.asInt64();
        return from.isInt64();
    }
    template <typename T>
    static bool take(const Json::Value& from, std::vector<T>& to) {
        bool valid = from.isArray();
        for (Json::ArrayIndex i = 0; valid && i < from.size(); ++i)
            valid = take(from[i], to.emplace_back());
        return valid;
    }
    template <typename T>
    static bool take(const Json::Value& from, T& to) {
        bool valid = from.isObject();
        JsonMembers<T>::visit(to, [&](const char* name, auto& member) { valid = valid && take(from[name], member); });
        return valid;
    }
};

// Null when it is no JSON.
inline Json::Value parsedJson(const std::string& text) {
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    Json::Value value;
    try {
        if (reader->parse(text.data(), text.data() + text.size(), &value, nullptr))
            return value;
    } catch (const Json::Exception&) {  // nested too deeply
    }
    return {};
}

}  // namespace podd
