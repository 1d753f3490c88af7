// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/state_json.h"

#include <json/reader.h>
#include <json/value.h>
#include <json/writer.h>

#include <memory>

#include "model/json_text.h"

namespace podd {

namespace {

// The members of each kind of object, once for writing and once for reading.
template <typename Subject, typename Member>
void membersOf(Subject& attachment, Member&& member, const NetworkAttachment*) {
    member("network", attachment.network), member("interface", attachment.interface);
    member("link", attachment.link), member("addresses", attachment.addresses);
    member("gateways", attachment.gateways), member("default", attachment.isDefault);
}

template <typename Subject, typename Member>
void membersOf(Subject& endpoint, Member&& member, const EndpointBinding*) {
    member("container", endpoint.container), member("name", endpoint.name), member("tcp", endpoint.tcp);
    member("udp", endpoint.udp), member("hostPort", endpoint.hostPort);
    member("containerPort", endpoint.containerPort), member("network", endpoint.network);
}

template <typename Subject, typename Member>
void membersOf(Subject& state, Member&& member, const AttachedState*) {
    member("instance", state.order.instance), member("pod", state.order.pod);
    member("executorPid", state.executor.pid), member("executorStart", state.executor.startTime);
    member("attachments", state.order.attachments), member("endpoints", state.order.endpoints);
}

struct Write {
    Json::Value& object;

    template <typename T>
    void operator()(const char* name, const T& value) const {
        object[name] = from(value);
    }
    static Json::Value from(const std::string& value) { return value; }
    static Json::Value from(bool value) { return value; }
    static Json::Value from(uint64_t value) { return Json::UInt64{value}; }
    static Json::Value from(int64_t value) { return Json::Int64{value}; }
    template <typename T>
    static Json::Value from(const std::vector<T>& values) {
        Json::Value list(Json::arrayValue);
        for (const T& value : values)
            list.append(from(value));
        return list;
    }
    template <typename T>
    static Json::Value from(const T& value) {
        Json::Value object(Json::objectValue);
        membersOf(value, Write{object}, &value);
        return object;
    }
};

struct Read {
    const Json::Value& object;
    bool& valid;

    template <typename T>
    void operator()(const char* name, T& value) const {
        valid = valid && object.isObject() && take(object[name], value);
    }
    static bool take(const Json::Value& found, std::string& value) {
        if (found.isString())
            value = found.asString();
        return found.isString();
    }
    static bool take(const Json::Value& found, bool& value) {
        if (found.isBool())
            value = found.asBool();
        return found.isBool();
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
    template <typename T>
    static bool take(const Json::Value& found, std::vector<T>& values) {
        bool valid = found.isArray();
        for (Json::ArrayIndex i = 0; valid && i < found.size(); ++i)
            valid = take(found[i], values.emplace_back());
        return valid;
    }
    template <typename T>
    static bool take(const Json::Value& found, T& value) {
        bool valid = found.isObject();
        membersOf(value, Read{found, valid}, static_cast<const T*>(nullptr));
        return valid;
    }
};

}  // namespace

std::string stateText(const AttachedState& state) {
    Json::StreamWriterBuilder form;
    form["indentation"] = "  ";
    return Json::writeString(form, Write::from(state)) + '\n';
}

std::optional<AttachedState> parseState(const std::string& text) {
    const JsonCheck check = checkJson(text);
    if (!check.whole || !check.problems.empty())
        return std::nullopt;
    const Json::CharReaderBuilder form;
    const std::unique_ptr<Json::CharReader> reader(form.newCharReader());
    Json::Value root;
    AttachedState state;
    if (!reader->parse(text.data(), text.data() + text.size(), &root, nullptr) || !Read::take(root, state))
        return std::nullopt;
    return state;
}

}  // namespace podd
