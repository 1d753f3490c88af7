// SPDX-License-Identifier: LGPL-2.1-or-later
// Whole files: read with a limit, written so that a reader sees the old or the new content, never a mixture.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace podd {

// The content of a file of at most `limit` bytes; throws Error (a longer one is EFBIG).
std::string readFile(const std::string& path, size_t limit = size_t{1} << 20);

// What is left to read from an open file, up to its end; `name` is for errors.
std::string readDescriptor(int fd, const std::string& name, size_t limit = size_t{1} << 20);

// The same as readFile, but nothing when the file does not exist.
std::optional<std::string> readFileIfExists(const std::string& path, size_t limit = size_t{1} << 20);

enum class Durability {
    volatileFile,  // renamed into place; survives a crash of the writer, not of the host
    durable,       // fsync of the file and of its directory before the call returns
};

// Writes path.new, then renames it over path (rename(2) is atomic). What fails leaves `path` as it was.
void writeFileAtomically(const std::string& path, std::string_view content, Durability durability,
                         unsigned mode = 0644);

// rename(2) within one directory; the directory is fsynced before the call returns.
void renameDurably(const std::string& from, const std::string& to);

// fsync of a directory: its entries are on disk.
void syncDirectory(const std::string& path);

// "/a" of "/a/b", "/" of "/a", "." of "a".
std::string parentOf(const std::string& path);

// mkdir -p; existing directories are left as they are. With `durable` the new entries are fsynced.
void makeDirectories(const std::string& path, unsigned mode = 0755, bool durable = false);

// The entries of a directory without "." and "..", sorted; empty when it does not exist.
std::vector<std::string> listDirectory(const std::string& path);

// A sealed memfd (no more writing, shrinking or growing) that holds `content`, with its offset at the end; see
// memfd_create(2).
UniqueFd sealedMemfd(const char* name, std::string_view content);

// The content of a memfd that must carry the seals above; throws Error if it does not.
std::string readSealed(int fd, size_t limit = size_t{8} << 20);

// Writes everything or throws.
void writeAll(int fd, std::string_view content, std::string_view what);

}  // namespace podd
