// SPDX-License-Identifier: LGPL-2.1-or-later
// The answers to the executor over descriptor 3.
#pragma once

#include <stdint.h>

#include "model/init_protocol.h"

namespace podd::init {

// Reports the step that failed and ends the process: 127 for a file that is not there, 126 for anything else,
// as shells have it. `detail` may be null.
[[noreturn]] void fail(InitStep step, int error, const char* detail, uint32_t index = 0);

// Sends the namespaces that checks will be run in: /proc of the host can still be seen.
void tellNamespaces();

// Waits until the sandbox is complete. Ends the process when it is not to be.
void awaitSandbox();

// Waits until this process is in its unit. Ends the process when it is not to be.
void awaitUnit();

// Everything is prepared: says so and waits for the go. Ends the process when there is none.
void awaitGo();

}  // namespace podd::init
