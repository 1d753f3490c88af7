// SPDX-License-Identifier: LGPL-2.1-or-later
// What the benchmark's containers run: sleeps, and ends when it is asked to.
#include <signal.h>
#include <unistd.h>

static void end(int signal) {
    (void)signal;
    _exit(0);
}

int main(void) {
    signal(SIGTERM, end);
    for (;;)
        pause();
}
