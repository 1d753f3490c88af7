// SPDX-License-Identifier: LGPL-2.1-or-later
// The loopback interface of a network namespace, which is born down.
#pragma once

namespace podd {

// Sets it up, in the network namespace of the calling thread; the kernel gives it 127.0.0.1/8 and ::1. Throws Error.
void raiseLoopback();

}  // namespace podd
