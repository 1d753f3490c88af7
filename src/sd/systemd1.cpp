// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/systemd1.h"

#include <algorithm>
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

std::string unitPath(const std::string& unit) {
    char* path = nullptr;
    check(sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path), unit);
    std::string result = path;
    std::free(path);  // NOLINT(cppcoreguidelines-no-malloc): sd_bus_path_encode(3) gives it malloc'ed
    return result;
}

struct ListedUnit {
    std::string name;
    bool active = false;
    bool hasJob = false;
};

// The reply of ListUnitsByPatterns and ListUnitsByNames.
std::vector<ListedUnit> readUnits(sd_bus_message* reply) {
    std::vector<ListedUnit> units;
    if (const sd_bus_error* error = sd_bus_message_get_error(reply))
        throw Error(Errc::unavailable, cat("list units: ", error->message));
    check(sd_bus_message_enter_container(reply, 'a', "(ssssssouso)"), "list units");
    const char* name = nullptr;
    const char* active = nullptr;
    uint32_t job = 0;
    while (check(sd_bus_message_read(reply, "(ssssssouso)", &name, nullptr, nullptr, &active, nullptr, nullptr, nullptr,
                                     &job, nullptr, nullptr),
                 "list units") > 0)
        units.push_back({name, std::strcmp(active, "active") == 0, job != 0});
    return units;
}

bool isNoSuchUnit(const sd_bus_error* error) {
    return sd_bus_error_has_name(error, "org.freedesktop.systemd1.NoSuchUnit") != 0;
}

bool isUnitExists(const sd_bus_error* error) {
    return sd_bus_error_has_name(error, "org.freedesktop.systemd1.UnitExists") != 0;
}

Slot matchSignal(sd_bus* bus, const char* member, sd_bus_message_handler_t handler, void* self) {
    sd_bus_slot* slot = nullptr;
    check(sd_bus_match_signal(bus, &slot, kDestination, kObject, kInterface, member, handler, self), member);
    return Slot(slot);
}

}  // namespace

// Waits for the call's reply and for each unit's job; whichever order they come in.
struct Systemd1::Start {
    uint64_t id = 0;
    std::function<void(const Started&)> done;
    std::set<std::string> waiting;  // units whose jobs have not ended
    std::string problem;
    bool replied = false;
    bool inDoubt = false;  // systemd was re-executed before it replied: it may have made the units
};

Systemd1::Systemd1(sd_bus* bus, sd_event* event, UnitListener& listener)
    : bus_(bus), listener_(listener), calls_(bus, event) {
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
    matches_.push_back(matchSignal(
        bus, "Reloading",
        [](sd_bus_message* m, void* self, sd_bus_error*) noexcept {
            return static_cast<Systemd1*>(self)->onReloading(m);
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
    const uint64_t id = ++lastStart_;
    auto start = std::make_unique<Start>(Start{.id = id, .done = std::move(done), .waiting = {main.name}});
    for (const UnitPlan& unit : aux)
        start->waiting.insert(unit.name);
    const Message call = newCall(bus_, "StartTransientUnit");
    // "replace": with "fail" a launch during a parent slice's queued stop is refused (launch-path.md §4.7).
    check(sd_bus_message_append(call.get(), "ss", main.name.c_str(), "replace"), "StartTransientUnit");
    appendProperties(call.get(), main.properties);
    appendUnits(call.get(), aux);
    starts_[id] = std::move(start);
    calls_.send(call.get(), [this, id](sd_bus_message* reply) {
        Start& each = *starts_.at(id);  // which lives until its reply has come
        each.replied = true;
        const sd_bus_error* error = sd_bus_message_get_error(reply);
        if (error != nullptr && !(each.inDoubt && isUnitExists(error)))
            finish(each, {cat("systemd refused the units: ", error->message), true});
        else if (each.waiting.empty())
            finish(each, {each.problem, false});
    });
}

void Systemd1::finish(const Start& start, const Started& result) {
    const auto owned = std::move(starts_.extract(start.id).mapped());
    owned->done(result);
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
        for (const auto& [id, start] : starts_)
            if (start->waiting.count(unit) > 0)
                return jobEnded(
                    *start, unit,
                    std::strcmp(result, "done") == 0 ? "" : cat("systemd's start job ended as ", quoted(result)));
    });
}

void Systemd1::jobEnded(Start& start, const std::string& unit, const std::string& problem) {
    start.waiting.erase(unit);
    if (!problem.empty() && start.problem.empty())
        start.problem = cat("unit ", quoted(unit), ": ", problem);
    if (start.waiting.empty() && start.replied)
        finish(start, {start.problem, false});
}

int Systemd1::onUnitRemoved(sd_bus_message* message) {
    return guarded([&] {
        const char* unit = nullptr;
        check(sd_bus_message_read(message, "so", &unit, nullptr), "read UnitRemoved");
        if (!reloading_)
            listener_.unitRemoved(unit);
    });
}

int Systemd1::onReloading(sd_bus_message* message) {
    return guarded([&] {
        int active = 0;
        check(sd_bus_message_read(message, "b", &active), "read Reloading");
        reloading_ = active != 0;
        if (!reloading_)
            listener_.removalsMissed();
    });
}

int Systemd1::onOwnerChanged(sd_bus_message* message) {
    return guarded([&] {
        const char* owner = nullptr;
        check(sd_bus_message_read(message, "sss", nullptr, nullptr, &owner), "read NameOwnerChanged");
        if (*owner != '\0')
            return onReexecuted();
        calls_.hold();
        for (const auto& [id, start] : starts_)
            start->inDoubt = !start->replied;
    });
}

void Systemd1::onReexecuted() {
    reloading_ = false;
    // systemd serialises its subscribers over daemon-reexec; asking again is harmless where it did not.
    const Message call = newCall(bus_, "Subscribe");
    check(sd_bus_message_set_expect_reply(call.get(), 0), "Subscribe");
    check(sd_bus_send(bus_, call.get(), nullptr), "Subscribe");
    calls_.resume();
    askOfStarts();
    listener_.removalsMissed();
}

// The ends of their jobs may have been told to nobody. Calls are answered in order, so by the answer to this one it is
// known which of these have been made.
void Systemd1::askOfStarts() {
    std::vector<std::string> names;
    for (const auto& [id, start] : starts_)
        names.insert(names.end(), start->waiting.begin(), start->waiting.end());
    if (names.empty())
        return;
    const Message call = newCall(bus_, "ListUnitsByNames");
    appendStrings(call.get(), names);
    calls_.send(call.get(), [this, last = lastStart_](sd_bus_message* reply) {
        for (const ListedUnit& unit : readUnits(reply)) {
            const auto found = std::find_if(starts_.begin(), starts_.end(), [&](const auto& entry) {
                return entry.first <= last && entry.second->replied && entry.second->waiting.count(unit.name) > 0;
            });
            if (found != starts_.end() && !unit.hasJob)
                jobEnded(*found->second, unit.name, unit.active ? "" : "it ended while systemd was re-executed");
        }
    });
}

void Systemd1::stopUnit(const std::string& unit) {
    const Message call = newCall(bus_, "StopUnit");
    check(sd_bus_message_append(call.get(), "ss", unit.c_str(), "replace"), "StopUnit");
    calls_.send(call.get(), [unit](sd_bus_message* reply) {
        const sd_bus_error* error = sd_bus_message_get_error(reply);
        if (error != nullptr && !isNoSuchUnit(error))
            log::warning(cat("unit ", quoted(unit), ": stop: ", error->message));
    });
}

void Systemd1::sendFor(sd_bus_message* call, Done done, CallQueue::Doubt doubt) {
    const auto answer = [done = std::move(done)](sd_bus_message* reply) {
        const sd_bus_error* error = sd_bus_message_get_error(reply);
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) != 0)
            return done("systemd has not answered; whether it was done is not known");
        done(error == nullptr ? "" : error->message);
    };
    calls_.send(call, answer, doubt);
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

// FreezerState of each; an answer that is none (the unit is gone) counts as "running".
void Systemd1::askFrozen(const std::vector<std::string>& units, std::function<void(bool)> answer) {
    struct Asked {
        size_t left;
        bool frozen;
        std::function<void(bool)> answer;
    };
    const auto asked = std::make_shared<Asked>(Asked{units.size(), false, std::move(answer)});
    for (const std::string& unit : units) {
        const Message call = newGet(bus_, unitPath(unit).c_str(), "org.freedesktop.systemd1.Unit", "FreezerState");
        calls_.send(call.get(), [asked](sd_bus_message* reply) {
            const char* state = nullptr;
            if (sd_bus_message_is_method_error(reply, nullptr) == 0 && sd_bus_message_read(reply, "v", "s", &state) > 0)
                asked->frozen |= std::strcmp(state, "running") != 0;
            if (--asked->left == 0)
                asked->answer(asked->frozen);
        });
    }
}

void Systemd1::killUnit(const std::string& unit, int signal, Done done) {
    const Message call = newCall(bus_, "KillUnit");
    check(sd_bus_message_append(call.get(), "ssi", unit.c_str(), "all", signal), "KillUnit");
    sendFor(call.get(), std::move(done), CallQueue::Doubt::fail);  // nobody asked for it twice
}

void Systemd1::listUnits(const std::vector<std::string>& patterns,
                         std::function<void(const std::vector<std::string>&)> answer) {
    const Message call = newCall(bus_, "ListUnitsByPatterns");
    appendStrings(call.get(), {});
    appendStrings(call.get(), patterns);
    calls_.send(call.get(), [answer = std::move(answer)](sd_bus_message* reply) {
        std::vector<std::string> units;
        for (ListedUnit& unit : readUnits(reply))
            units.push_back(std::move(unit.name));
        answer(units);
    });
}

void Systemd1::askStopJob(const std::string& job, const std::string& unit, std::function<void(bool)> answer) {
    const Message call = newGet(bus_, job.c_str(), "org.freedesktop.systemd1.Job", "JobType");
    calls_.send(call.get(), [this, unit, answer = std::move(answer)](sd_bus_message* reply) {
        const char* type = nullptr;
        if (sd_bus_message_is_method_error(reply, nullptr) == 0 && sd_bus_message_read(reply, "v", "s", &type) > 0)
            return answer(std::strcmp(type, "stop") == 0);
        // The job has ended already. A unit that is active now was not stopped by it.
        const Message list = newCall(bus_, "ListUnitsByPatterns");
        appendStrings(list.get(), {"active"});
        appendStrings(list.get(), {unit});
        calls_.send(list.get(), [answer](sd_bus_message* active) { answer(readUnits(active).empty()); });
    });
}

void Systemd1::askShutdown(std::function<void(bool)> answer) {
    const Message call = newGet(bus_, kObject, kInterface, "SystemState");
    calls_.send(call.get(), [answer = std::move(answer)](sd_bus_message* reply) {
        const char* state = nullptr;
        const bool known =
            sd_bus_message_is_method_error(reply, nullptr) == 0 && sd_bus_message_read(reply, "v", "s", &state) > 0;
        answer(known && std::strcmp(state, "stopping") == 0);
    });
}

}  // namespace podd::sd
