// SPDX-License-Identifier: LGPL-2.1-or-later
// What is to be mounted, as a mount that is attached nowhere yet. All sources are opened before the first of them is
// attached: a source is what the host has at that path, never what an earlier mount of the same container has put
// there. What is checked is the descriptor that is then mounted, so that nobody can swap it in between.
#pragma once

#include "init/view.h"

namespace podd::init {

// -1 for a step that has no source of its own, or an optional one that is not there.
int openSource(const Step& step);

// A new file system of that type.
int newFilesystem(const Step& step, const char* type);

// Something to put over a file or a directory that a container shall not see.
int openCover(const Step& step, bool directory);

}  // namespace podd::init
