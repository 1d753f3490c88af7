// SPDX-License-Identifier: LGPL-2.1-or-later
// podd's objects and a client on a real sd-bus over a socketpair; fakes only at the ports.
#pragma once

#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "fakes/world.h"
#include "sd/check.h"
#include "sd/names.h"
#include "service/api.h"

namespace podd::fakes {

struct Answer {
    sd::Message reply;
    std::string errorName;
    std::string errorText;
};

// podd's objects on one end of a socketpair, a client on the other, both in one event loop.
class Bus {
public:
    Bus() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
        server_ = open(ends[0], true);
        declared_ = std::make_unique<Declared>(*world.manager);
        api_ = std::make_unique<BusApi>(
            server_.get(), world.event.get(), *world.manager, *declared_, [this] { return declared_->apply(); }, "252");
        world.manager->attach({&world.units, &world.spawner, &world.executors, api_.get()});
        client_ = open(ends[1], false);
        sd::check(sd_bus_attach_event(server_.get(), world.event.get(), 0), "attach");
        sd::check(sd_bus_attach_event(client_.get(), world.event.get(), 0), "attach");
        sd_bus_slot* slot = nullptr;
        sd::check(sd_bus_add_filter(client_.get(), &slot, &Bus::onMessage, this), "filter");
        filter_.reset(slot);
        api_->open();
        world.settle();
    }

    sd::Message newCall(const std::string& path, const char* interface, const char* member) {
        sd_bus_message* raw = nullptr;
        sd::check(sd_bus_message_new_method_call(client_.get(), &raw, nullptr, path.c_str(), interface, member),
                  "call");
        return sd::Message(raw);
    }
    Answer call(const sd::Message& message) {
        Answer answer;
        bool replied = false;
        struct Context {
            Answer& answer;
            bool& replied;
        } context{answer, replied};
        const auto onReply = [](sd_bus_message* reply, void* self, sd_bus_error*) {
            auto& each = *static_cast<Context*>(self);
            each.replied = true;
            each.answer.reply.reset(sd_bus_message_ref(reply));
            if (const sd_bus_error* error = sd_bus_message_get_error(reply)) {
                each.answer.errorName = error->name;
                each.answer.errorText = error->message;
            }
            return 0;
        };
        sd_bus_slot* slot = nullptr;
        sd::check(sd_bus_call_async(client_.get(), &slot, message.get(), onReply, &context, 5'000'000), "call");
        const sd::Slot owner(slot);
        while (!replied)
            sd::check(sd_event_run(world.event.get(), 6'000'000), "loop");
        return answer;
    }
    Answer manage(const char* member, const std::string& id) {
        const sd::Message message = newCall(sd::kManagerPath, sd::kManager, member);
        sd::check(sd_bus_message_append(message.get(), "s", id.c_str()), "append");
        return call(message);
    }
    Answer apply(const std::string& definition, bool force = false) { return change("ApplyPod", definition, force); }
    // A call with one text and options.
    Answer change(const char* member, const std::string& text, bool force = false) {
        const sd::Message message = newCall(sd::kManagerPath, sd::kManager, member);
        const int added = force ? sd_bus_message_append(message.get(), "sa{sv}", text.c_str(), 1, "force", "b", 1)
                                : sd_bus_message_append(message.get(), "sa{sv}", text.c_str(), 0);
        sd::check(added, "append");
        return call(message);
    }
    std::string introspect(const std::string& path) {
        const Answer answer = call(newCall(path, "org.freedesktop.DBus.Introspectable", "Introspect"));
        const char* xml = nullptr;
        sd::check(sd_bus_message_read(answer.reply.get(), "s", &xml), "read");
        return xml;
    }
    std::string text(const std::string& path, const char* interface, const char* property) {
        const sd::Message message = newCall(path, "org.freedesktop.DBus.Properties", "Get");
        sd::check(sd_bus_message_append(message.get(), "ss", interface, property), "append");
        const Answer answer = call(message);
        const char* value = nullptr;
        if (!answer.errorName.empty() || sd_bus_message_read(answer.reply.get(), "v", "s", &value) < 0)
            return answer.errorName;
        return value;
    }

    fakes::World world;
    std::vector<std::string> signals;
    std::vector<std::string> deploymentResults;
    std::vector<std::string> stuckDeployments;

private:
    // Everything the client receives passes by; signals are remembered.
    static int onMessage(sd_bus_message* message, void* self, sd_bus_error*) {
        auto& bus = *static_cast<Bus*>(self);
        uint8_t type = 0;
        if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_SIGNAL)
            return 0;
        bus.signals.emplace_back(sd_bus_message_get_member(message));
        const char* result = nullptr;
        const char* text = nullptr;
        if (bus.signals.back() == "DeploymentRemoved" &&
            sd_bus_message_read(message, "uosss", nullptr, nullptr, nullptr, &result, &text) > 0)
            bus.deploymentResults.push_back(cat(result, *text == '\0' ? "" : ": ", text));
        const char* pod = nullptr;
        if (bus.signals.back() == "DeploymentStuck" &&
            sd_bus_message_read(message, "uoss", nullptr, nullptr, &pod, &text) > 0)
            bus.stuckDeployments.push_back(cat(pod, ": ", text));
        return 0;
    }

    static sd::Bus open(int fd, bool server) {
        sd_bus* raw = nullptr;
        sd::check(sd_bus_new(&raw), "bus");
        sd::Bus bus(raw);
        sd::check(sd_bus_set_fd(raw, fd, fd), "fd");
        sd_id128_t id{};
        sd::check(sd_id128_randomize(&id), "id");
        if (server)
            sd::check(sd_bus_set_server(raw, 1, id), "server");
        sd::check(sd_bus_set_anonymous(raw, 1), "anonymous");
        sd::check(sd_bus_start(raw), "start");
        return bus;
    }

    sd::Bus server_;
    std::unique_ptr<Declared> declared_;
    std::unique_ptr<BusApi> api_;
    sd::Bus client_;
    sd::Slot filter_;
};

}  // namespace podd::fakes
