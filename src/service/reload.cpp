// SPDX-License-Identifier: LGPL-2.1-or-later
// Reload: declared pods are applied anew.
#include "sd/check.h"
#include "service/api.h"

namespace podd {

void BusApi::reload(sd::Call call) {
    manage(std::move(call), "", "reload", [this](sd::Call granted) {
        const std::vector<Declaration> all = reload_();
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_open_container(reply, 'a', "(ssss)"), "answer");
            for (const Declaration& each : all)
                sd::check(sd_bus_message_append(reply, "(ssss)", each.file.c_str(), each.pod.c_str(),
                                                each.outcome.c_str(), each.message.c_str()),
                          "answer");
            sd::check(sd_bus_message_close_container(reply), "answer");
        });
    });
}

}  // namespace podd
