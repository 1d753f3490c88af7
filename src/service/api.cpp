// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/api.h"

#include "base/strings.h"
#include "sd/check.h"
#include "sd/names.h"
#include "sd/unit_message.h"

namespace podd {

void BusApi::inspect(sd::Call call, const std::string& id, const char* verb, std::function<void(sd::Call)> granted) {
    polkit_.authorize(std::move(call), "org.podd1.inspect", id, verb, std::move(granted));
}

void BusApi::manage(sd::Call call, const std::string& id, const char* verb, std::function<void(sd::Call)> granted) {
    polkit_.authorize(std::move(call), "org.podd1.manage", id, verb, std::move(granted));
}

void BusApi::manageDefinition(sd::Call call, const std::string& definition, const std::string& id, const char* verb,
                              std::function<void(sd::Call)> granted) {
    const bool beyond = !manager_.reachOf(definition).empty();
    manage(std::move(call), id, verb, [this, id, verb, beyond, granted = std::move(granted)](sd::Call allowed) {
        if (beyond)
            polkit_.authorize(std::move(allowed), "org.podd1.manage-privileged", id, verb, granted);
        else
            granted(std::move(allowed));
    });
}

const Usage& BusApi::usageOf(const std::string& group) {
    constexpr uint64_t kSameMomentUsec = 5000;
    const uint64_t now = sd::monotonicUsec();
    if (group != readGroup_ || now - readUsec_ > kSameMomentUsec) {
        read_ = manager_.isolation().usage(group);
        readGroup_ = group;
        readUsec_ = now;
    }
    return read_;
}

void BusApi::getPod(sd::Call call) {
    const std::string id = absolute(call.readString());
    inspect(std::move(call), id, "inspect", [this, id](sd::Call granted) {
        (void)manager_.pod(id);
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_append(reply, "o", podPath(id).c_str()), "answer");
        });
    });
}

void BusApi::getInstance(sd::Call call) {
    const std::string name = call.readString();
    const std::optional<InstanceId> id = parseInstanceId(name);
    inspect(std::move(call), id ? id->pod : "", "inspect", [this, name, id](sd::Call granted) {
        if (!id || manager_.findInstance(*id) == nullptr)
            throw Error(Errc::noSuchInstance, cat("instance ", quoted(name), ": there is no such instance"));
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_append(reply, "o", instancePath(*id).c_str()), "answer");
        });
    });
}

void BusApi::listPods(sd::Call call) {
    inspect(std::move(call), "", "list", [this](sd::Call granted) {
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_open_container(reply, 'a', "(ssssuuo)"), "answer");
            for (const auto& [id, pod] : manager_.pods())
                if (!pod->orphan)
                    sd::check(sd_bus_message_append(reply, "(ssssuuo)", id.c_str(),
                                                    std::string(kPodStates.name(pod->state())).c_str(),
                                                    pod->deployedVersion().c_str(), pod->stored.version.c_str(),
                                                    pod->stored.spec.instances, pod->ready(), podPath(id).c_str()),
                              "answer");
            sd::check(sd_bus_message_close_container(reply), "answer");
        });
    });
}

void BusApi::listInstances(sd::Call call) {
    const std::string argument = call.readString();
    const std::string only = argument.empty() ? "" : absolute(argument);
    inspect(std::move(call), only, "list", [this, only](sd::Call granted) {
        if (!only.empty())
            (void)manager_.pod(only);
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_open_container(reply, 'a', "(sssto)"), "answer");
            for (const auto& [id, pod] : manager_.pods()) {
                if (!only.empty() && only != id)
                    continue;
                for (const auto& [number, each] : pod->instances)
                    sd::check(sd_bus_message_append(reply, "(sssto)", each->id().text().c_str(),
                                                    stateName(each->state().phase), each->version().c_str(),
                                                    each->stateSinceUsec(), instancePath(each->id()).c_str()),
                              "answer");
            }
            sd::check(sd_bus_message_close_container(reply), "answer");
        });
    });
}

}  // namespace podd
