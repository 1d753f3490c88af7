// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/state_json.h"

#include <json/writer.h>

#include "model/json_text.h"
#include "model/members_json.h"

namespace podd {

template <>
struct JsonMembers<NetworkAttachment> {
    template <typename Subject, typename Member>
    static void visit(Subject& attachment, Member&& member) {
        member("network", attachment.network), member("interface", attachment.interface);
        member("link", attachment.link), member("addresses", attachment.addresses);
        member("gateways", attachment.gateways), member("default", attachment.isDefault);
    }
};

template <>
struct JsonMembers<EndpointBinding> {
    template <typename Subject, typename Member>
    static void visit(Subject& endpoint, Member&& member) {
        member("container", endpoint.container), member("name", endpoint.name), member("tcp", endpoint.tcp);
        member("udp", endpoint.udp), member("hostPort", endpoint.hostPort);
        member("containerPort", endpoint.containerPort), member("network", endpoint.network);
    }
};

template <>
struct JsonMembers<AttachedState> {
    template <typename Subject, typename Member>
    static void visit(Subject& state, Member&& member) {
        member("instance", state.order.instance), member("pod", state.order.pod);
        member("executorPid", state.executor.pid), member("executorStart", state.executor.startTime);
        member("attachments", state.order.attachments), member("endpoints", state.order.endpoints);
    }
};

std::string stateText(const AttachedState& state) {
    Json::StreamWriterBuilder form;
    form["indentation"] = "  ";
    return Json::writeString(form, ToJson::of(state)) + '\n';
}

std::optional<AttachedState> parseState(const std::string& text) {
    const JsonCheck check = checkJson(text);
    AttachedState state;
    if (!check.whole || !check.problems.empty() || !FromJson::take(parsedJson(text), state))
        return std::nullopt;
    return state;
}

}  // namespace podd
