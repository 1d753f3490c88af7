// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-network: the networks of instances. The only process of podd that changes the host's network; it reads no definition
// and knows no bus. It is started when the first instance needs it, and ends when none has for a while.
#include <systemd/sd-daemon.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "network/server.h"
#include "network/slow_networks.h"
#include "sd/check.h"

namespace podd {

namespace {

constexpr const char* kHelp =
    "podd-network [OPTIONS...]\n\nPuts instances of pods onto networks; started by podd-network.socket, see "
    "podd-network(8).\n\n"
    "Options:\n  -h [ --help ]         show this help\n  --version             show the version\n";
constexpr int kWrongUsage = 2;

int run() {
    const sd::Event event = sd::makeEvent();
    sigset_t mask;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &mask, nullptr);
    (void)::signal(SIGPIPE, SIG_IGN);
    // With no handler the loop ends.
    sd::check(sd_event_add_signal(event.get(), nullptr, SIGTERM, nullptr, nullptr), "watch signal");
    NetworkServer server(event.get(), takePassedDescriptors(), slowNetworks());
    (void)sd_notify(/* unset_environment= */ 0, "READY=1");
    const int code = sd::check(sd_event_loop(event.get()), "event loop");
    server.leave();
    return code;
}

}  // namespace

}  // namespace podd

int main(int argc, char* argv[]) {
    const std::string_view option = argc == 2 ? argv[1] : "";
    if (option == "--version") {
        std::cout << "podd-network " PODD_VERSION "\n";
        return EXIT_SUCCESS;
    }
    if (argc > 1) {
        const bool asked = option == "--help" || option == "-h";
        (asked ? std::cout : std::cerr) << podd::kHelp;
        return asked ? EXIT_SUCCESS : podd::kWrongUsage;
    }
    try {
        return podd::run();
    } catch (const std::exception& error) {
        podd::log::error(error.what());
        return EXIT_FAILURE;
    }
}
