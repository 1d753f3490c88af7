// SPDX-License-Identifier: LGPL-2.1-or-later
// The methods that reach into what runs: Freeze, Thaw, Kill, and ResetFailedPod.
#include <csignal>
#include <memory>

#include "base/strings.h"
#include "sd/check.h"
#include "service/api.h"

namespace podd {

namespace {

constexpr auto kWhom = makeEnumTable<Manager::KillWhom>({
    {Manager::KillWhom::main, "main"},
    {Manager::KillWhom::all, "all"},
});

}  // namespace

void BusApi::changeUnits(sd::Call call, const std::string& name, const char* verb,
                         std::function<void(const std::string& name, UnitsPort::Done done)> change) {
    const std::string full = absolute(name);
    manage(std::move(call), manager_.podOf(full), verb, [full, change = std::move(change)](sd::Call granted) {
        const auto waiting = std::make_shared<sd::Call>(std::move(granted));
        change(full, [waiting](const std::string& problem) {
            if (problem.empty())
                waiting->reply();
            else
                waiting->fail(Error(Errc::internal, problem));
        });
    });
}

void BusApi::freeze(sd::Call call) {
    const std::string name = call.readString();
    changeUnits(std::move(call), name, "freeze",
                [this](const std::string& full, UnitsPort::Done done) { manager_.freeze(full, std::move(done)); });
}

void BusApi::thaw(sd::Call call) {
    const std::string name = call.readString();
    changeUnits(std::move(call), name, "thaw",
                [this](const std::string& full, UnitsPort::Done done) { manager_.thaw(full, std::move(done)); });
}

void BusApi::kill(sd::Call call) {
    const std::string name = call.readString();
    const std::string word = call.readString();
    int32_t signal = 0;
    sd::check(sd_bus_message_read(call.message(), "i", &signal), "read the call");
    const std::optional<Manager::KillWhom> whom = kWhom.value(word);
    if (!whom)
        throw Error(Errc::notSupported, cat("whom: ", quoted(word), " is none of: main, all"));
    if (signal <= 0 || signal > SIGRTMAX)
        throw Error(Errc::notSupported, cat("signal: ", signal, " is no signal; they are 1 to ", SIGRTMAX));
    changeUnits(std::move(call), name, "kill", [this, whom, signal](const std::string& full, UnitsPort::Done done) {
        manager_.kill(full, *whom, signal, std::move(done));
    });
}

void BusApi::resetFailedPod(sd::Call call) {
    const std::string id = absolute(call.readString());
    manage(std::move(call), id, "reset-failed", [this, id](sd::Call granted) {
        manager_.resetFailed(id);
        granted.reply();
    });
}

}  // namespace podd
