// SPDX-License-Identifier: LGPL-2.1-or-later
// libsystemd's objects with an owner. Whoever is a callback's userdata owns its slot or source: destroying the
// owner cancels the callback, and no callback ever needs to ask whether its object is alive.
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <memory>

namespace podd::sd {

struct Deleter {
    void operator()(sd_bus* p) const { sd_bus_flush_close_unref(p); }
    void operator()(sd_bus_slot* p) const { sd_bus_slot_unref(p); }
    void operator()(sd_bus_track* p) const { sd_bus_track_unref(p); }
    void operator()(sd_bus_message* p) const { sd_bus_message_unref(p); }
    void operator()(sd_event* p) const { sd_event_unref(p); }
    void operator()(sd_event_source* p) const { sd_event_source_disable_unref(p); }
};

using Bus = std::unique_ptr<sd_bus, Deleter>;
using Slot = std::unique_ptr<sd_bus_slot, Deleter>;
using Track = std::unique_ptr<sd_bus_track, Deleter>;
using Message = std::unique_ptr<sd_bus_message, Deleter>;
using Event = std::unique_ptr<sd_event, Deleter>;
using Source = std::unique_ptr<sd_event_source, Deleter>;

// An sd_bus_error that frees itself.
class BusError {
public:
    BusError() = default;
    BusError(const BusError&) = delete;
    BusError& operator=(const BusError&) = delete;
    ~BusError() { sd_bus_error_free(&error_); }

    sd_bus_error* get() { return &error_; }
    const char* name() const { return error_.name == nullptr ? "" : error_.name; }
    const char* message() const { return error_.message == nullptr ? "" : error_.message; }
    bool isSet() const { return sd_bus_error_is_set(&error_) != 0; }

private:
    sd_bus_error error_ = SD_BUS_ERROR_NULL;
};

}  // namespace podd::sd
