// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/kept_namespaces.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/log.h"
#include "base/strings.h"
#include "sd/check.h"

namespace podd {

namespace {

constexpr std::string_view kPrefix = "net.";  // of the names of namespaces, beside that of the socket

void notify(const std::string& message, const int* fds, unsigned count) {
    // Not run by systemd: nobody keeps anything.
    if (const int result = ::sd_pid_notify_with_fds(0, 0, message.c_str(), fds, count); result < 0)
        log::warning(cat("systemd cannot be told about a network namespace: ", ::strerror(-result)));
}

}  // namespace

PassedDescriptors takePassedDescriptors() {
    PassedDescriptors passed;
    char** names = nullptr;
    const int count = sd::check(::sd_listen_fds_with_names(/* unset_environment= */ 1, &names), "sockets of systemd");
    for (int i = 0; i < count; ++i) {
        UniqueFd fd(SD_LISTEN_FDS_START + i);
        const std::string name = names[i];
        ::free(names[i]);
        if (name.starts_with(kPrefix))
            passed.namespaces[name.substr(kPrefix.size())] = std::move(fd);
        else if (::sd_is_socket_unix(fd.get(), SOCK_SEQPACKET, 1, nullptr, 0) > 0)
            passed.listener = std::move(fd);
    }
    ::free(names);
    if (!passed.listener)
        throw Error(Errc::internal, "expected a SOCK_SEQPACKET socket of podd-network.socket");
    if (::fcntl(passed.listener.get(), F_SETFL, O_NONBLOCK) < 0)
        throwErrno(errno, "socket of systemd");
    return passed;
}

void keepNamespace(const std::string& instance, int netns) {
    notify(cat("FDSTORE=1\nFDNAME=", kPrefix, instance, "\nFDPOLL=0"), &netns, 1);
}

void dropNamespace(const std::string& instance) {
    notify(cat("FDSTOREREMOVE=1\nFDNAME=", kPrefix, instance), nullptr, 0);
}

}  // namespace podd
