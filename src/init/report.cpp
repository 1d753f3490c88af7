// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace podd::init {

namespace {

void send(const InitReport& report) {
    while (::send(kInitControlFd, &report, sizeof(report), MSG_NOSIGNAL) < 0 && errno == EINTR)
        continue;
}

void awaitByte() {
    char byte = 0;
    ssize_t got = -1;
    do
        got = ::recv(kInitControlFd, &byte, 1, 0);
    while (got < 0 && errno == EINTR);
    if (got != 1)
        _exit(0);  // called off: nothing of the container has run
}

int openNamespace(const char* path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail(InitStep::setup, errno, path);
    return fd;
}

}  // namespace

void tellNamespaces() {
    const int fds[kInitNamespaces] = {openNamespace("/proc/self/ns/mnt"), openNamespace("/proc/self/ns/pid"),
                                      openNamespace("/proc/self/ns/ipc")};
    InitReport report;
    report.step = InitStep::namespaces;
    iovec part = {&report, sizeof(report)};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(fds))] = {};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(fds));
    memcpy(CMSG_DATA(header), fds, sizeof(fds));
    while (::sendmsg(kInitControlFd, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            fail(InitStep::setup, errno, "tell namespaces");
    for (const int fd : fds)
        close(fd);
}

void fail(InitStep step, int error, const char* detail, uint32_t index) {
    InitReport report;
    report.step = step;
    report.error = error;
    report.index = index;
    if (detail != nullptr)
        strncpy(report.detail, detail, sizeof(report.detail) - 1);
    send(report);
    _exit(error == ENOENT ? 127 : 126);
}

void awaitSandbox() {
    awaitByte();
}

void awaitUnit() {
    awaitByte();
}

void awaitGo() {
    send(InitReport());
    awaitByte();
}

}  // namespace podd::init
