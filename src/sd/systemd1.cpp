// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/systemd1.h"

#include <cstdlib>
#include <cstring>

#include "base/log.h"
#include "base/strings.h"
#include "sd/check.h"
#include "sd/guarded.h"
#include "sd/unit_message.h"

namespace podd::sd {

namespace {

constexpr const char* kDestination = "org.freedesktop.systemd1";
constexpr const char* kObject = "/org/freedesktop/systemd1";
constexpr const char* kInterface = "org.freedesktop.systemd1.Manager";

// PID 1 answers nothing for seconds during a daemon-reload with many units (systemd.md §14).
constexpr uint64_t kTimeoutUsec = 120'000'000;

Message newCall(sd_bus* bus, const char* method) {
    sd_bus_message* message = nullptr;
    check(sd_bus_message_new_method_call(bus, &message, kDestination, kObject, kInterface, method), method);
    return Message(message);
}

Message newGet(sd_bus* bus, const char* object, const char* interface, const char* property) {
    sd_bus_message* raw = nullptr;
    check(sd_bus_message_new_method_call(bus, &raw, kDestination, object, "org.freedesktop.DBus.Properties", "Get"),
          property);
    Message call(raw);
    check(sd_bus_message_append(raw, "ss", interface, property), property);
    return call;
}

// Names and active states of a reply of ListUnitsByPatterns.
std::vector<std::pair<std::string, std::string>> readUnits(sd_bus_message* reply) {
    std::vector<std::pair<std::string, std::string>> units;
    if (const sd_bus_error* error = sd_bus_message_get_error(reply))
        throw Error(Errc::unavailable, cat("list units: ", error->message));
    check(sd_bus_message_enter_container(reply, 'a', "(ssssssouso)"), "list units");
    const char* name = nullptr;
    const char* active = nullptr;
    while (check(sd_bus_message_read(reply, "(ssssssouso)", &name, nullptr, nullptr, &active, nullptr, nullptr, nullptr,
                                     nullptr, nullptr, nullptr),
                 "list units") > 0)
        units.emplace_back(name, active);
    return units;
}

bool isNoSuchUnit(const sd_bus_error* error) {
    return sd_bus_error_has_name(error, "org.freedesktop.systemd1.NoSuchUnit") != 0;
}

Slot matchSignal(sd_bus* bus, const char* member, sd_bus_message_handler_t handler, void* self) {
    sd_bus_slot* slot = nullptr;
    check(sd_bus_match_signal(bus, &slot, kDestination, kObject, kInterface, member, handler, self), member);
    return Slot(slot);
}

// The bus cuts off who has more than 128 calls under way (max_replies_per_connection of dbus-daemon(1)); half of them are
// for whatever else podd asks.
constexpr size_t kMaxCallsUnderWay = 64;

}  // namespace

// Waits for the call's reply and for each unit's job; whichever order they come in.
struct Systemd1::Start {
    Systemd1& owner;
    std::function<void(const Started&)> done;
    std::set<std::string> waiting;  // units whose jobs have not ended
    std::string problem;
    bool replied = false;
};

struct Systemd1::Request {
    Systemd1& owner;
    Message call;
    Answer answer;
    Slot slot;
};

Systemd1::Systemd1(sd_bus* bus, UnitListener& listener) : bus_(bus), listener_(listener) {
    matches_.push_back(matchSignal(
        bus, "JobNew",
        [](sd_bus_message* m, void* self, sd_bus_error*) noexcept { return static_cast<Systemd1*>(self)->onJobNew(m); },
        this));
    matches_.push_back(matchSignal(
        bus, "JobRemoved",
        [](sd_bus_message* m, void* self, sd_bus_error*) noexcept {
            return static_cast<Systemd1*>(self)->onJobRemoved(m);
        },
        this));
    matches_.push_back(matchSignal(
        bus, "UnitRemoved",
        [](sd_bus_message* m, void* self, sd_bus_error*) noexcept {
            return static_cast<Systemd1*>(self)->onUnitRemoved(m);
        },
        this));
    sd_bus_slot* slot = nullptr;
    const std::string rule =
        cat("type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
            "member='NameOwnerChanged',arg0='",
            kDestination, "'");
    check(sd_bus_add_match(
              bus, &slot, rule.c_str(),
              [](sd_bus_message* m, void* self, sd_bus_error*) noexcept {
                  return static_cast<Systemd1*>(self)->onOwnerChanged(m);
              },
              this),
          "watch systemd");
    matches_.emplace_back(slot);
    subscribe();
    BusError error;
    char* text = nullptr;
    check(sd_bus_get_property_string(bus, kDestination, kObject, kInterface, "Version", error.get(), &text),
          "ask systemd for its version");
    version_ = text;
    std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): sd_bus_get_property_string(3) gives it malloc'ed
}

Systemd1::~Systemd1() = default;

void Systemd1::subscribe() {
    BusError error;
    check(sd_bus_call_method(bus_, kDestination, kObject, kInterface, "Subscribe", error.get(), nullptr, ""),
          "subscribe to systemd");
}

void Systemd1::startUnits(const UnitPlan& main, const std::vector<UnitPlan>& aux,
                          std::function<void(const Started&)> done) {
    auto start = std::make_unique<Start>(Start{*this, std::move(done), {main.name}, {}, false});
    for (const UnitPlan& unit : aux)
        start->waiting.insert(unit.name);
    const Message call = newCall(bus_, "StartTransientUnit");
    // "replace": with "fail" a launch during a parent slice's queued stop is refused (launch-path.md §4.7).
    check(sd_bus_message_append(call.get(), "ss", main.name.c_str(), "replace"), "StartTransientUnit");
    appendProperties(call.get(), main.properties);
    appendUnits(call.get(), aux);
    Start* const each = start.get();  // which lives until its reply has come
    starts_.insert(std::move(start));
    send(call.get(), [this, each](sd_bus_message* reply) {
        each->replied = true;
        if (const sd_bus_error* error = sd_bus_message_get_error(reply))
            finish(*each, {cat("systemd refused the units: ", error->message), true});
        else if (each->waiting.empty())
            finish(*each, {each->problem, false});
    });
}

void Systemd1::finish(Start& start, const Started& result) {
    for (auto it = starts_.begin(); it != starts_.end(); ++it) {
        if (it->get() != &start)
            continue;
        const auto owned = std::move(starts_.extract(it).value());
        owned->done(result);
        return;
    }
}

int Systemd1::onJobNew(sd_bus_message* message) {
    return guarded([&] {
        const char* job = nullptr;
        const char* unit = nullptr;
        check(sd_bus_message_read(message, "uos", nullptr, &job, &unit), "read JobNew");
        listener_.jobQueued(job, unit);
    });
}

int Systemd1::onJobRemoved(sd_bus_message* message) {
    return guarded([&] {
        const char* unit = nullptr;
        const char* result = nullptr;
        check(sd_bus_message_read(message, "uoss", nullptr, nullptr, &unit, &result), "read JobRemoved");
        for (const auto& start : starts_) {
            if (start->waiting.erase(unit) == 0)
                continue;
            if (std::strcmp(result, "done") != 0 && start->problem.empty())
                start->problem = cat("unit ", quoted(unit), ": systemd's start job ended as ", quoted(result));
            if (start->waiting.empty() && start->replied)
                finish(*start, {start->problem, false});
            return;
        }
    });
}

int Systemd1::onUnitRemoved(sd_bus_message* message) {
    return guarded([&] {
        const char* unit = nullptr;
        check(sd_bus_message_read(message, "so", &unit, nullptr), "read UnitRemoved");
        listener_.unitRemoved(unit);
    });
}

int Systemd1::onOwnerChanged(sd_bus_message* message) {
    return guarded([&] {
        const char* owner = nullptr;
        check(sd_bus_message_read(message, "sss", nullptr, nullptr, &owner), "read NameOwnerChanged");
        if (*owner == '\0')
            return;
        // systemd serialises its subscribers over daemon-reexec; asking again is harmless where it did not.
        send(newCall(bus_, "Subscribe").get(), [](sd_bus_message*) {});
        listener_.systemdRestarted();
    });
}

void Systemd1::send(sd_bus_message* call, Answer answer) {
    waiting_.push_back(
        std::make_unique<Request>(Request{*this, Message(sd_bus_message_ref(call)), std::move(answer), {}}));
    sendWaiting();
}

void Systemd1::sendWaiting() {
    const auto onReply = [](sd_bus_message* reply, void* self, sd_bus_error*) noexcept {
        return guarded([&] {
            auto* request = static_cast<Request*>(self);
            Systemd1& owner = request->owner;
            for (auto it = owner.requests_.begin(); it != owner.requests_.end(); ++it) {
                if (it->get() != request)
                    continue;
                const auto mine = std::move(owner.requests_.extract(it).value());
                owner.sendWaiting();
                mine->answer(reply);
                return;
            }
        });
    };
    while (!waiting_.empty() && requests_.size() < kMaxCallsUnderWay) {
        std::unique_ptr<Request> request = std::move(waiting_.front());
        waiting_.pop_front();
        sd_bus_message* call = request->call.get();
        sd_bus_slot* slot = nullptr;
        check(sd_bus_call_async(bus_, &slot, call, onReply, request.get(), kTimeoutUsec),
              sd_bus_message_get_member(call));
        request->slot.reset(slot);
        requests_.insert(std::move(request));
    }
}

void Systemd1::stopUnit(const std::string& unit) {
    const Message call = newCall(bus_, "StopUnit");
    check(sd_bus_message_append(call.get(), "ss", unit.c_str(), "replace"), "StopUnit");
    send(call.get(), [unit](sd_bus_message* reply) {
        const sd_bus_error* error = sd_bus_message_get_error(reply);
        if (error != nullptr && !isNoSuchUnit(error))
            log::warning(cat("unit ", quoted(unit), ": stop: ", error->message));
    });
}

void Systemd1::sendFor(sd_bus_message* call, Done done) {
    send(call, [done = std::move(done)](sd_bus_message* reply) {
        const sd_bus_error* error = sd_bus_message_get_error(reply);
        done(error == nullptr ? "" : error->message);
    });
}

void Systemd1::freezeUnit(const std::string& unit, Done done) {
    const Message call = newCall(bus_, "FreezeUnit");
    check(sd_bus_message_append(call.get(), "s", unit.c_str()), "FreezeUnit");
    sendFor(call.get(), std::move(done));
}

void Systemd1::thawUnit(const std::string& unit, Done done) {
    const Message call = newCall(bus_, "ThawUnit");
    check(sd_bus_message_append(call.get(), "s", unit.c_str()), "ThawUnit");
    sendFor(call.get(), std::move(done));
}

void Systemd1::killUnit(const std::string& unit, int signal, Done done) {
    const Message call = newCall(bus_, "KillUnit");
    check(sd_bus_message_append(call.get(), "ssi", unit.c_str(), "all", signal), "KillUnit");
    sendFor(call.get(), std::move(done));
}

void Systemd1::listUnits(const std::vector<std::string>& patterns,
                         std::function<void(const std::vector<std::string>&)> answer) {
    const Message call = newCall(bus_, "ListUnitsByPatterns");
    appendStrings(call.get(), {});
    appendStrings(call.get(), patterns);
    send(call.get(), [answer = std::move(answer)](sd_bus_message* reply) {
        std::vector<std::string> units;
        for (const auto& [name, state] : readUnits(reply))
            units.push_back(name);
        answer(units);
    });
}

void Systemd1::askStopJob(const std::string& job, const std::string& unit, std::function<void(bool)> answer) {
    const Message call = newGet(bus_, job.c_str(), "org.freedesktop.systemd1.Job", "JobType");
    send(call.get(), [this, unit, answer = std::move(answer)](sd_bus_message* reply) {
        const char* type = nullptr;
        if (sd_bus_message_is_method_error(reply, nullptr) == 0 && sd_bus_message_read(reply, "v", "s", &type) > 0)
            return answer(std::strcmp(type, "stop") == 0);
        // The job has ended already. A unit that is active now was not stopped by it.
        const Message list = newCall(bus_, "ListUnitsByPatterns");
        appendStrings(list.get(), {"active"});
        appendStrings(list.get(), {unit});
        send(list.get(), [answer](sd_bus_message* active) { answer(readUnits(active).empty()); });
    });
}

void Systemd1::askShutdown(std::function<void(bool)> answer) {
    const Message call = newGet(bus_, kObject, kInterface, "SystemState");
    send(call.get(), [answer = std::move(answer)](sd_bus_message* reply) {
        const char* state = nullptr;
        const bool known =
            sd_bus_message_is_method_error(reply, nullptr) == 0 && sd_bus_message_read(reply, "v", "s", &state) > 0;
        answer(known && std::strcmp(state, "stopping") == 0);
    });
}

}  // namespace podd::sd
