// SPDX-License-Identifier: LGPL-2.1-or-later
#include "floor.h"

#include <csignal>

#include "base/strings.h"
#include "sd/check.h"
#include "sd/guarded.h"
#include "sd/unit_message.h"

namespace podd::bench {

namespace {

constexpr const char* kDestination = "org.freedesktop.systemd1";
constexpr const char* kObject = "/org/freedesktop/systemd1";
constexpr const char* kInterface = "org.freedesktop.systemd1.Manager";

std::string sliceName(uint64_t number) {
    return cat("floor-", number, ".slice");
}

UnitPlan scope(uint64_t number, int index, pid_t pid) {
    UnitPlan unit{cat("floor-", number, "-c", index, ".scope"), {}};
    unit.set("Description", std::string("Container of the floor"));
    unit.set("Slice", sliceName(number));
    unit.set("KillSignal", int32_t{SIGKILL});
    unit.set("PIDs", std::vector<uint32_t>{static_cast<uint32_t>(pid)});
    return unit;
}

}  // namespace

Floor::Floor(BusKind kind, std::string payload, Moves moves, Network network)
    : client_(kind),
      onJobRemoved_([this](sd_bus_message* message) {
          const char* unit = nullptr;
          const char* result = nullptr;
          sd::check(sd_bus_message_read(message, "uoss", nullptr, nullptr, &unit, &result), "read JobRemoved");
          if (jobs_.erase(unit) > 0 && std::string_view(result) != "done")
              problem_ = cat("job of ", quoted(unit), ": ", result);
      }),
      onUnitRemoved_([this](sd_bus_message* message) {
          const char* unit = nullptr;
          sd::check(sd_bus_message_read(message, "so", &unit, nullptr), "read UnitRemoved");
          units_.erase(unit);
      }),
      moves_(moves == Moves::begunEarly ? std::make_unique<EarlyMoves>() : nullptr),
      network_(network == Network::bridge ? std::make_unique<FloorNetwork>() : nullptr),
      payload_(std::move(payload)) {
    client_.onSignal(kDestination, kObject, kInterface, "JobRemoved", onJobRemoved_);
    client_.onSignal(kDestination, kObject, kInterface, "UnitRemoved", onUnitRemoved_);
    sd::BusError error;
    sd::check(sd_bus_call(client_.get(), newCall("Subscribe").get(), 0, error.get(), nullptr), "Subscribe");
}

sd::Message Floor::newCall(const char* method) const {
    sd_bus_message* message = nullptr;
    sd::check(sd_bus_message_new_method_call(client_.get(), &message, kDestination, kObject, kInterface, method),
              method);
    return sd::Message(message);
}

// The answer comes with the signals that are waited for.
void Floor::call(const sd::Message& message) {
    const auto onReply = [](sd_bus_message* reply, void* self, sd_bus_error*) noexcept {
        return sd::guarded([&] {
            if (const sd_bus_error* error = sd_bus_message_get_error(reply))
                static_cast<Floor*>(self)->problem_ = error->message;
        });
    };
    sd::check(sd_bus_call_async(client_.get(), nullptr, message.get(), onReply, this, 0), "call systemd");
}

void Floor::startUnits(const UnitPlan& main, const std::vector<UnitPlan>& aux) {
    const sd::Message message = newCall("StartTransientUnit");
    sd::check(sd_bus_message_append(message.get(), "ss", main.name.c_str(), "fail"), "StartTransientUnit");
    sd::appendProperties(message.get(), main.properties);
    sd::appendUnits(message.get(), aux);
    units_ = {main.name};
    for (const UnitPlan& unit : aux)
        units_.insert(unit.name);
    jobs_ = units_;
    call(message);
}

void Floor::start(uint64_t number) {
    if (moves_)
        moves_->begin();
    containers_ = std::make_unique<FloorContainers>(number, payload_, network_ != nullptr);
    UnitPlan main = scope(number, 0, containers_->pid(0));
    std::vector<UnitPlan> aux{{sliceName(number), {}}};
    std::vector<std::string> others;
    for (int i = 1; i < kContainers; ++i) {
        aux.push_back(scope(number, i, containers_->pid(i)));
        others.push_back(aux.back().name);
    }
    main.set("Wants", others);
    startUnits(main, aux);
    if (network_)
        network_->connect(number, containers_->networkNamespace().get());
    client_.until([this] { return jobs_.empty() || !problem_.empty(); }, "the jobs of the floor's units");
    if (!problem_.empty())
        throw Error(Errc::unavailable, problem_);
    containers_->release();
}

void Floor::stop(uint64_t number) {
    const sd::Message message = newCall("StopUnit");
    sd::check(sd_bus_message_append(message.get(), "ss", sliceName(number).c_str(), "fail"), "StopUnit");
    call(message);
    client_.until([this] { return units_.empty() || !problem_.empty(); }, "the end of the floor's units");
    containers_->reap();
    if (!problem_.empty())
        throw Error(Errc::unavailable, problem_);
}

void Floor::clean(uint64_t) {
    containers_->removeDirectories();
    containers_.reset();
}

}  // namespace podd::bench
