// SPDX-License-Identifier: LGPL-2.1-or-later
// What is remembered of instances that ended, on the bus: ListTerminations.
#include "sd/check.h"
#include "service/api.h"

namespace podd {

namespace {

void append(sd_bus_message* reply, const ContainerTermination& container) {
    sd::check(
        sd_bus_message_append(reply, "(ssttiisst)", container.name.c_str(), container.state.c_str(),
                              container.startedUsec, container.endedUsec, static_cast<int32_t>(container.exitCode),
                              static_cast<int32_t>(container.exitSignal), container.result.c_str(),
                              container.message.c_str(), container.limitBytes),
        "answer");
}

void append(sd_bus_message* reply, const Termination& termination) {
    sd::check(sd_bus_message_open_container(reply, 'r', "ssttsssa(ssttiisst)"), "answer");
    sd::check(sd_bus_message_append(reply, "ssttsss", termination.instance.c_str(), termination.version.c_str(),
                                    termination.launchedUsec, termination.endedUsec, termination.result.c_str(),
                                    termination.message.c_str(), termination.bootId.c_str()),
              "answer");
    sd::check(sd_bus_message_open_container(reply, 'a', "(ssttiisst)"), "answer");
    for (const ContainerTermination& container : termination.containers)
        append(reply, container);
    sd::check(sd_bus_message_close_container(reply), "answer");
    sd::check(sd_bus_message_close_container(reply), "answer");
}

}  // namespace

void BusApi::answerTerminations(sd::Call call, const std::string& id) {
    inspect(std::move(call), id, "inspect", [this, id](sd::Call granted) {
        const std::vector<Termination> known = manager_.terminations(id);
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_open_container(reply, 'a', "(ssttsssa(ssttiisst))"), "answer");
            for (const Termination& termination : known)
                append(reply, termination);
            sd::check(sd_bus_message_close_container(reply), "answer");
        });
    });
}

void BusApi::listTerminations(sd::Call call) {
    const std::string id = absolute(call.readString());
    answerTerminations(std::move(call), id);
}

void PodObjectView::listTerminations(sd::Call call) {
    api->answerTerminations(std::move(call), pod->id());
}

}  // namespace podd
