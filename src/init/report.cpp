// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/report.h"

#include <errno.h>
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

}  // namespace

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
