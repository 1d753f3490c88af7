// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bus_client.h"

#include <chrono>

#include "base/strings.h"
#include "sd/check.h"
#include "sd/guarded.h"

namespace podd::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::minutes(1);
constexpr uint64_t kWakeUsec = 1'000'000;

sd::Bus open(BusKind kind) {
    sd_bus* bus = nullptr;
    if (kind == BusKind::system) {
        sd::check(sd_bus_open_system(&bus), "connect to the system bus");
        return sd::Bus(bus);
    }
    sd::check(sd_bus_new(&bus), "make bus");
    sd::Bus owned(bus);
    sd::check(sd_bus_set_address(bus, "unix:path=/run/systemd/private"), "bus address");
    sd::check(sd_bus_start(bus), "connect to systemd's private socket");
    return owned;
}

}  // namespace

BusClient::BusClient(BusKind kind) : kind_(kind), bus_(open(kind)) {}

void BusClient::onSignal(const char* sender, const char* path, const char* interface, const char* member,
                         const OnSignal& handler) {
    const auto call = [](sd_bus_message* message, void* userdata, sd_bus_error*) noexcept {
        return sd::guarded([&] { (*static_cast<const OnSignal*>(userdata))(message); });
    };
    sd_bus_slot* slot = nullptr;
    // There are no senders' names without a bus daemon.
    const char* const from = kind_ == BusKind::system ? sender : nullptr;
    sd::check(
        sd_bus_match_signal(bus_.get(), &slot, from, path, interface, member, call, const_cast<OnSignal*>(&handler)),
        member);
    slots_.emplace_back(slot);
}

void BusClient::until(const std::function<bool()>& done, const std::string& what) {
    const auto deadline = Clock::now() + kPatience;
    while (!done()) {
        if (sd::check(sd_bus_process(bus_.get(), nullptr), "bus") > 0)
            continue;
        if (Clock::now() > deadline)
            throw Error(Errc::unavailable, cat("waited for ", what, " in vain"));
        sd::check(sd_bus_wait(bus_.get(), kWakeUsec), "bus");
    }
}

}  // namespace podd::bench
