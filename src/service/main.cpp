// SPDX-License-Identifier: LGPL-2.1-or-later
// podd: wiring. Start order: loop, bus, objects, recovery, the name, readiness; so whoever finds the name finds the truth.
#include <systemd/sd-daemon.h>

#include <csignal>
#include <iostream>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/strings.h"
#include "manager/announcer.h"
#include "manager/config.h"
#include "manager/event_journal.h"
#include "manager/executor_server.h"
#include "manager/manager.h"
#include "manager/spawner_link.h"
#include "sd/check.h"
#include "sd/guarded.h"
#include "sd/names.h"
#include "sd/systemd1.h"
#include "service/api.h"

namespace podd {

namespace {

constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

sd::Bus openBus(const Config& config) {
    sd_bus* bus = nullptr;
    if (config.busAddress.empty()) {
        sd::check(sd_bus_open_system(&bus), "connect to the system bus");
        return sd::Bus(bus);
    }
    sd::check(sd_bus_new(&bus), "make bus");
    sd::Bus owned(bus);
    sd::check(sd_bus_set_address(bus, config.busAddress.c_str()), "bus address");
    sd::check(sd_bus_set_bus_client(bus, 1), "bus client");
    sd::check(sd_bus_start(bus), cat("connect to ", quoted(config.busAddress)));
    return owned;
}

// What `systemctl status podd.service` says.
std::string statusText(const Declared& declared) {
    const std::vector<std::string>& refused = declared.refused();
    return refused.empty() ? "Running pods"
                           : cat("Running pods; ", refused.size(), " declared ",
                                 refused.size() == 1 ? "one is" : "ones are", " refused: ", printable(refused.front()));
}

int onHangup(sd_event_source*, const signalfd_siginfo*, void* reload) {
    return sd::guarded([&] { (void)(*static_cast<BusApi::Reload*>(reload))(); });
}

void reloadOnHangup(sd_event* event, BusApi::Reload& reload) {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGHUP);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    sd::check(sd_event_add_signal(event, nullptr, SIGHUP, onHangup, &reload), "watch signal");
}

void exitOnSignals(sd_event* event) {
    for (const int signal : {SIGTERM, SIGINT}) {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, signal);
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
        // With no handler the loop ends; pods go on.
        sd::check(sd_event_add_signal(event, nullptr, signal, nullptr, nullptr), "watch signal");
    }
    (void)::signal(SIGPIPE, SIG_IGN);
}

int run(const Config& config) {
    const sd::Event event = sd::makeEvent();
    exitOnSignals(event.get());
    sd::check(sd_event_set_watchdog(event.get(), 1), "watchdog");
    const sd::Bus bus = openBus(config);
    sd::check(sd_bus_set_exit_on_disconnect(bus.get(), 1), "bus");  // systemd starts podd again, with a new bus
    const Isolation isolation = within(config.isolation.selectionPlace, [&] {
        return Isolation(config.isolation.settings, config.isolation.selection, readHostFacts(config.cgroupRoot));
    });
    Manager manager(event.get(), config, isolation);
    sd::Systemd1 systemd(bus.get(), event.get(), manager);
    SpawnerLink spawner(
        event.get(), config.runDirectory + "/spawner.sock", [&](const Notice& notice) { manager.onNotice(notice); },
        [&](const std::vector<std::string>& launches) { manager.onSpawnerLost(launches); });
    Declared declared(manager);
    BusApi::Reload reload = [&] {
        (void)sd_notify(0, cat("RELOADING=1\nMONOTONIC_USEC=", sd::monotonicUsec()).c_str());
        std::vector<Declaration> all = declared.apply();
        (void)sd_notify(0, cat("READY=1\nSTATUS=", statusText(declared)).c_str());
        return all;
    };
    reloadOnHangup(event.get(), reload);
    BusApi api(bus.get(), event.get(), manager, declared, reload, systemd.version());
    sd::check(sd_bus_attach_event(bus.get(), event.get(), SD_EVENT_PRIORITY_NORMAL), "attach bus");
    ExecutorServer executors(event.get(), config.runDirectory,
                             [&](const InstanceId& id, const Report& report) { manager.onReport(id, report); });
    EventJournal journal(event.get(), kJournalSocket);
    Announcer announcer(api, [&](const Event& happened) {
        journal.add(happened);
        api.emitEvent(happened);
    });
    manager.attach({&systemd, &spawner, &executors, &announcer});
    spawner.connect();
    int failure = 0;
    systemd.listUnits({"pod-*"}, [&](const std::vector<std::string>& units) {
        try {
            manager.recover(units);
            PODD_CRASHPOINT("recover.done");
            executors.open();
            PODD_CRASHPOINT("recover.open");
            api.open();
            announcer.open();
            (void)declared.apply();
            PODD_FAILPOINT("recover.name");
            sd::check(sd_bus_request_name(bus.get(), sd::kService, 0), "own the bus name org.podd1");
            PODD_CRASHPOINT("recover.ready");
            (void)sd_notify(0, cat("READY=1\nSTATUS=", statusText(declared)).c_str());
        } catch (const std::exception& problem) {
            log::error(problem.what());
            failure = 1;
            (void)sd_event_exit(event.get(), 1);
        }
    });
    const int code = sd::check(sd_event_loop(event.get()), "event loop");
    (void)sd_notify(0, "STOPPING=1");
    return failure != 0 ? failure : code;
}

}  // namespace

}  // namespace podd

int main(int argc, char* argv[]) {
    try {
        const std::optional<podd::Config> config = podd::readConfig(argc, argv);
        return config ? podd::run(*config) : 0;
    } catch (const std::exception& failure) {
        std::cerr << "podd: " << failure.what() << '\n';
        return 1;
    }
}
