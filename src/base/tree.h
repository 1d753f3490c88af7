// SPDX-License-Identifier: LGPL-2.1-or-later
// Removing and measuring directory trees that hold other people's files: by descriptor, never following a link, never
// crossing into another file system, at any depth.
#pragma once

#include <cstdint>
#include <string>

namespace podd {

// Removes `path` and everything below it. Nothing there is fine. Returns the texts of what could not be
// removed, joined by "; " (empty when all is gone); never throws for the content of the tree.
std::string removeTree(const std::string& path);

// The bytes that `path` and everything below it take on disk, as du(1) counts: a file with several links once. What
// cannot be read counts as nothing.
uint64_t treeSize(const std::string& path);

}  // namespace podd
