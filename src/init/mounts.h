// SPDX-License-Identifier: LGPL-2.1-or-later
// The container's view of the file system, made in its own mount namespace by the new mount API: everything
// goes through descriptors, no path is resolved twice. Nothing that is mounted here is seen by the host; what
// the host mounts or unmounts later is seen here (slave propagation), so that no container keeps a disk of
// the host busy.
//
// All sources are opened before the first mount is attached: a source is what the host has at that path,
// never what an earlier mount of the same container has put there.
#pragma once

#include "init/plan.h"

namespace podd::init {

void makeMounts(const Plan& plan, int sandbox);

}  // namespace podd::init
