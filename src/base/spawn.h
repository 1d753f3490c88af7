// SPDX-License-Identifier: LGPL-2.1-or-later
// What posix_spawn(3) needs besides a program, as objects.
#pragma once

#include <spawn.h>

namespace podd {

// Its own session, and signals as a program expects them: none blocked, none ignored.
class SpawnAttributes {
public:
    SpawnAttributes();
    ~SpawnAttributes() { posix_spawnattr_destroy(&value_); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;

    const posix_spawnattr_t* get() const { return &value_; }

private:
    posix_spawnattr_t value_{};
};

// What is done to descriptors, in the order in which it is asked for.
class SpawnFiles {
public:
    SpawnFiles() { posix_spawn_file_actions_init(&value_); }
    ~SpawnFiles() { posix_spawn_file_actions_destroy(&value_); }
    SpawnFiles(const SpawnFiles&) = delete;
    SpawnFiles& operator=(const SpawnFiles&) = delete;

    void open(int fd, const char* path, int flags) { posix_spawn_file_actions_addopen(&value_, fd, path, flags, 0); }
    void duplicate(int from, int to) { posix_spawn_file_actions_adddup2(&value_, from, to); }
    void closeFrom(int first) { posix_spawn_file_actions_addclosefrom_np(&value_, first); }

    const posix_spawn_file_actions_t* get() const { return &value_; }

private:
    posix_spawn_file_actions_t value_{};
};

}  // namespace podd
