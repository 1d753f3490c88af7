// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-executor, run by podd-spawner.service: the spawner, whose forks are the executors.
#include <fcntl.h>
#include <getopt.h>
#include <systemd/sd-daemon.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/strings.h"
#include "executor/spawner.h"
#include "sd/check.h"

using namespace podd;

namespace {

constexpr const char* kHelp =
    "podd-executor [OPTIONS]\n"
    "\n"
    "Starts the instances of pods for podd. Run by podd-spawner.service.\n"
    "\n"
    "  --init PATH             podd-init (" PODD_LIBEXECDIR
    "/podd-init)\n"
    "  --probe PATH            podd-probe (" PODD_LIBEXECDIR
    "/podd-probe)\n"
    "  --socket PATH           listen there instead of on the socket passed by systemd\n"
    "  --state-directory DIR   sandboxes are below it (/var/lib/podd)\n"
    "  --cgroup-root DIR       where cgroup2 is mounted (/sys/fs/cgroup)\n"
    "  --journal PATH          socket of journald (/run/systemd/journal/socket)\n"
    "  --help, --version\n";

constexpr int kUsage = 2;

// Nothing when the program has done what was asked (--help), else an exit status or the settings.
std::optional<int> parse(int argc, char** argv, Settings& settings) {
    enum Option { init, probe, socket, stateDirectory, cgroupRoot, journal, help, version };
    const std::array<option, 9> options{{{"init", required_argument, nullptr, init},
                                         {"probe", required_argument, nullptr, probe},
                                         {"socket", required_argument, nullptr, socket},
                                         {"state-directory", required_argument, nullptr, stateDirectory},
                                         {"cgroup-root", required_argument, nullptr, cgroupRoot},
                                         {"journal", required_argument, nullptr, journal},
                                         {"help", no_argument, nullptr, help},
                                         {"version", no_argument, nullptr, version},
                                         {nullptr, 0, nullptr, 0}}};
    const std::array<std::string*, 6> values{&settings.initProgram,    &settings.probeProgram, &settings.socket,
                                             &settings.stateDirectory, &settings.cgroupRoot,   &settings.journalSocket};
    for (;;) {
        const int found = ::getopt_long(argc, argv, "", options.data(), nullptr);
        if (found == -1)
            break;
        if (found == help || found == version) {
            (void)std::fputs(found == help ? kHelp : "podd " PODD_VERSION "\n", stdout);
            return EXIT_SUCCESS;
        }
        if (found < init || found > journal)
            return kUsage;
        *values.at(static_cast<size_t>(found)) = optarg;
    }
    if (optind == argc)
        return std::nullopt;
    log::error(cat("unexpected argument ", quoted(argv[optind])));
    return kUsage;
}

UniqueFd listener(const Settings& settings) {
    if (!settings.socket.empty())
        return listenAt(settings.socket);
    const int count = sd::check(sd_listen_fds(/* unset_environment= */ 1), "sockets passed by systemd");
    if (count != 1 || sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_SEQPACKET, 1, nullptr, 0) <= 0)
        throw Error(Errc::internal, "expected one SOCK_SEQPACKET socket of podd-spawner.socket (or --socket)");
    UniqueFd fd(SD_LISTEN_FDS_START);
    if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) < 0)
        throwErrno(errno, "socket passed by systemd");
    return fd;
}

// Taken by the event loop. SIGINT is for whoever runs it in a terminal.
void blockSignals() {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    if (const std::optional<int> status = parse(argc, argv, settings))
        return *status;
    try {
        blockSignals();
        Spawner spawner(settings, listener(settings));
        sd_notify(/* unset_environment= */ 1, "READY=1");
        spawner.run();
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        log::error(error.what());
        return EXIT_FAILURE;
    }
}
