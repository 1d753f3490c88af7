// SPDX-License-Identifier: LGPL-2.1-or-later
// A child process that is traced (ptrace(2)) and looked at at the entry of each of its system calls: what is there then
// is what it would leave if it was killed there. And a model of the disk below it: what it has made durable by fsync(2) of
// files and of directories, and what not.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <random>
#include <string>

#include "base/fd.h"

namespace podd::fakes {

class KilledWriter {
public:
    // Runs `work` in a child, which writes below `root` and tells its progress to the pipe that it is given. `look` is
    // called wherever a kill would leave something else than one before, and at the end; it returns whether to go on.
    KilledWriter(const std::string& root, const std::function<void(int pipe)>& work,
                 const std::function<bool(const KilledWriter&)>& look);

    bool possible() const { return possible_; }
    bool ended() const { return ended_; }  // by itself
    const std::string& told() const { return now_.told; }
    unsigned calls() const { return calls_; }  // that it has made, or is about to
    std::string lastCall() const { return "number " + std::to_string(lastCall_); }

    void copyAsKilled(const std::string& target) const;
    // 1: only what was fsynced is there. 2: all names, but files without fsync are cut in half. 3: for every name and
    // every file it is a matter of luck.
    void copyAsAfterPowerCut(const std::string& target, unsigned variant, unsigned seed) const;

private:
    struct Entry {
        ino_t inode = 0;
        bool directory = false;
        bool operator==(const Entry&) const = default;
    };
    using Entries = std::map<std::string, Entry>;
    struct Moment {
        std::string told;
        std::map<ino_t, Entries> durableEntries;
        std::map<ino_t, std::string> durableContent;
        std::map<ino_t, Entries> entries;
        std::map<ino_t, std::string> content;
        bool operator==(const Moment&) const = default;
    };

    void trace(pid_t child);
    bool lookedAt();
    void watch(pid_t child, long number, const unsigned long long* arguments, long long result);
    static Entries entriesOf(const std::string& path);
    void remember(const std::string& path);
    void build(ino_t directory, const std::string& target, unsigned variant, std::mt19937& luck) const;
    std::string contentOf(ino_t file, unsigned variant, std::mt19937& luck) const;

    std::string root_;
    std::function<bool(const KilledWriter&)> look_;
    UniqueFd progress_;
    bool possible_ = true;
    bool ended_ = false;
    unsigned calls_ = 0;
    long lastCall_ = 0;
    Moment now_, before_;
};

// Standard error goes nowhere while it lives.
class QuietLog {
public:
    QuietLog();
    ~QuietLog();
    QuietLog(const QuietLog&) = delete;
    QuietLog& operator=(const QuietLog&) = delete;

private:
    int before_;
};

}  // namespace podd::fakes
