// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/termination_json.h"

#include <json/reader.h>
#include <json/value.h>
#include <json/writer.h>

#include <memory>

namespace podd {

namespace {

// The members of both kinds of objects, once for writing and once for reading.
template <typename Subject, typename Member>
void containerMembers(Subject& container, Member&& member) {
    member("name", container.name), member("state", container.state);
    member("started", container.startedUsec), member("ended", container.endedUsec);
    member("exitCode", container.exitCode), member("exitSignal", container.exitSignal);
    member("result", container.result), member("message", container.message), member("limit", container.limitBytes);
}

template <typename Subject, typename Member>
void members(Subject& termination, Member&& member) {
    member("instance", termination.instance), member("version", termination.version);
    member("launched", termination.launchedUsec), member("ended", termination.endedUsec);
    member("result", termination.result), member("message", termination.message);
    member("bootId", termination.bootId);
}

struct Write {
    Json::Value& object;

    void operator()(const char* name, const std::string& value) const { object[name] = value; }
    void operator()(const char* name, uint64_t value) const { object[name] = Json::UInt64{value}; }
    void operator()(const char* name, int64_t value) const { object[name] = Json::Int64{value}; }
};

struct Read {
    const Json::Value& object;
    bool& valid;

    template <typename T>
    void operator()(const char* name, T& value) const {
        const Json::Value* const found = object.find(name, name + std::char_traits<char>::length(name));
        valid = valid && found != nullptr && take(*found, value);
    }
    static bool take(const Json::Value& found, std::string& value) {
        if (found.isString())
            value = found.asString();
        return found.isString();
    }
    static bool take(const Json::Value& found, uint64_t& value) {
        if (found.isUInt64())
            value = found.asUInt64();
        return found.isUInt64();
    }
    static bool take(const Json::Value& found, int64_t& value) {
        if (found.isInt64())
            value = found.asInt64();
        return found.isInt64();
    }
};

// Null when it is no JSON.
Json::Value parsed(const std::string& text) {
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    Json::Value value;
    std::string complaint;
    try {
        if (reader->parse(text.data(), text.data() + text.size(), &value, &complaint))
            return value;
    } catch (const Json::Exception&) {  // nested too deeply
    }
    return {};
}

bool readContainers(const Json::Value& list, std::vector<ContainerTermination>& containers) {
    bool valid = list.isArray();
    for (Json::ArrayIndex i = 0; valid && i < list.size(); ++i) {
        valid = list[i].isObject();
        if (valid)
            containerMembers(containers.emplace_back(), Read{list[i], valid});
    }
    return valid;
}

}  // namespace

std::string terminationsJson(const std::vector<Termination>& terminations) {
    Json::Value list(Json::arrayValue);
    for (const Termination& termination : terminations) {
        Json::Value& object = list.append(Json::objectValue);
        members(termination, Write{object});
        object["containers"] = Json::Value(Json::arrayValue);
        for (const ContainerTermination& container : termination.containers)
            containerMembers(container, Write{object["containers"].append(Json::objectValue)});
    }
    Json::StreamWriterBuilder builder;
    builder["indentation"] = "";
    return Json::writeString(builder, list) + '\n';
}

std::optional<std::vector<Termination>> parseTerminations(const std::string& text) {
    const Json::Value list = parsed(text);
    bool valid = list.isArray();
    std::vector<Termination> terminations;
    for (Json::ArrayIndex i = 0; valid && i < list.size(); ++i) {
        valid = list[i].isObject();
        if (!valid)
            break;
        Termination& termination = terminations.emplace_back();
        members(termination, Read{list[i], valid});
        valid = valid && readContainers(list[i]["containers"], termination.containers);
    }
    if (!valid)
        return std::nullopt;
    return terminations;
}

}  // namespace podd
