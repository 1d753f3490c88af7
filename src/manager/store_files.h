// SPDX-License-Identifier: LGPL-2.1-or-later
// Files below the state directory as they may be found after anything: absent, whole, or damaged. What is damaged is set
// aside under another name, for people to look at, and never touched again.
#pragma once

#include <string>
#include <string_view>

namespace podd {

struct SealedFile {
    enum class Kind { absent, whole, damaged };
    Kind kind = Kind::absent;
    std::string body;  // of a whole one
    std::string why;   // of a damaged one: "its checksum does not hold"
};

// Reads a file of this kind (model/envelope.h). Anything but a regular file that is whole is damaged; never waits for a
// FIFO. Throws Error when podd itself is at its limits (descriptors, memory), which says nothing about the file.
SealedFile readSealedFile(const std::string& path, std::string_view kind);

// Renames a file or directory to NAME.damaged, or NAME.damaged.2 … when that is taken, and logs that as an error.
// Returns the new name, or the old one when the file system does not let it.
std::string setAside(const std::string& path, const std::string& why);
// The same with a name of one's own; `to` gets a number when it is taken.
std::string setAsideAs(const std::string& path, const std::string& to, const std::string& why);

// Removes what a writer that was killed has left in a directory (*.new), and logs names that nobody expects there.
void sweepDirectory(const std::string& directory, bool (*expected)(const std::string& name));

// Whether this is a directory, also by way of a symbolic link.
bool isDirectory(const std::string& path);

}  // namespace podd
