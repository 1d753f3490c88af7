// SPDX-License-Identifier: LGPL-2.1-or-later
// Events on the bus: Subscribe, Unsubscribe, and the signal Event while somebody has subscribed.
#include "sd/check.h"
#include "sd/names.h"
#include "service/api.h"

namespace podd {

namespace {

// A list of clients, from which whoever leaves the bus is dropped.
sd::Track newTrack(sd_bus* bus) {
    sd_bus_track* track = nullptr;
    sd::check(sd_bus_track_new(bus, &track, nullptr, nullptr), "track clients");
    return sd::Track(track);
}

}  // namespace

void BusApi::subscribe(sd::Call call) {
    inspect(std::move(call), "", "events", [this](sd::Call granted) {
        if (!subscribers_)
            subscribers_ = newTrack(bus_);
        sd::check(sd_bus_track_add_sender(subscribers_.get(), granted.message()), "subscribe");
        granted.reply();
    });
}

void BusApi::unsubscribe(sd::Call call) {
    if (sd::check(sd_bus_track_remove_sender(subscribers_.get(), call.message()), "unsubscribe") == 0)
        throw Error(Errc::notNow, "unsubscribe: this client has not subscribed");
    call.reply();
}

void BusApi::emitEvent(const Event& event) {
    if (!open_ || sd_bus_track_count(subscribers_.get()) == 0)
        return;
    sd_bus_message* fresh = nullptr;
    sd::check(sd_bus_message_new_signal(bus_, &fresh, sd::kManagerPath, sd::kManager, "Event"), "signal Event");
    const sd::Message signal(fresh);
    const std::string name(rowOf(event.kind).name);
    sd::check(sd_bus_message_append(fresh, "st", name.c_str(), event.usec), "signal Event");
    sd::check(sd_bus_message_open_container(fresh, 'a', "{ss}"), "signal Event");
    eachField(event, [&](const char* field, const std::string& value) {
        sd::check(sd_bus_message_append(fresh, "{ss}", field, value.c_str()), "signal Event");
    });
    sd::check(sd_bus_message_close_container(fresh), "signal Event");
    sd::check(sd_bus_message_append(fresh, "s", event.message.c_str()), "signal Event");
    sd::check(sd_bus_send(bus_, fresh, nullptr), "signal Event");
}

}  // namespace podd
