// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/termination_json.h"

#include <json/writer.h>

#include "model/members_json.h"

namespace podd {

template <>
struct JsonMembers<ContainerTermination> {
    template <typename Subject, typename Member>
    static void visit(Subject& container, Member&& member) {
        member("name", container.name), member("state", container.state);
        member("started", container.startedUsec), member("ended", container.endedUsec);
        member("exitCode", container.exitCode), member("exitSignal", container.exitSignal);
        member("result", container.result), member("message", container.message);
        member("limit", container.limitBytes);
    }
};

template <>
struct JsonMembers<Termination> {
    template <typename Subject, typename Member>
    static void visit(Subject& termination, Member&& member) {
        member("instance", termination.instance), member("version", termination.version);
        member("launched", termination.launchedUsec), member("ended", termination.endedUsec);
        member("result", termination.result), member("message", termination.message);
        member("bootId", termination.bootId), member("containers", termination.containers);
    }
};

std::string terminationsJson(const std::vector<Termination>& terminations) {
    Json::StreamWriterBuilder builder;
    builder["indentation"] = "";
    return Json::writeString(builder, ToJson::of(terminations)) + '\n';
}

std::optional<std::vector<Termination>> parseTerminations(const std::string& text) {
    std::vector<Termination> terminations;
    if (!FromJson::take(parsedJson(text), terminations))
        return std::nullopt;
    return terminations;
}

}  // namespace podd
