// SPDX-License-Identifier: LGPL-2.1-or-later
// A child process that is traced (ptrace(2)) and killed at the entry of its N-th system call, and a model of the disk
// below it: what it had made durable by fsync(2) of files and of directories, and what not.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace podd::fakes {

class KilledWriter {
public:
    // Runs `work` in a child, which writes below `root` and tells its progress to the pipe that it is given.
    KilledWriter(const std::string& root, unsigned killAt, const std::function<void(int pipe)>& work);

    bool possible() const { return possible_; }
    bool ended() const { return ended_; }  // by itself, before the kill
    const std::string& told() const { return told_; }
    std::string lastCall() const { return "number " + std::to_string(lastCall_); }

    void copyAsKilled(const std::string& target) const;
    // 1: only what was fsynced is there. 2: all names, but files without fsync are cut in half. 3: for every name and
    // every file it is a matter of luck.
    void copyAsAfterPowerCut(const std::string& target, unsigned variant, unsigned seed) const;

private:
    struct Entry {
        ino_t inode = 0;
        bool directory = false;
    };
    using Entries = std::map<std::string, Entry>;

    void trace(pid_t child, unsigned killAt);
    void watch(pid_t child, long number, const unsigned long long* arguments, long long result);
    static Entries entriesOf(const std::string& path);
    void remember(const std::string& path);
    void build(ino_t directory, const std::string& target, unsigned variant, std::mt19937& luck) const;
    std::string contentOf(ino_t file, unsigned variant, std::mt19937& luck) const;

    std::string root_;
    bool possible_ = true;
    bool ended_ = false;
    long lastCall_ = 0;
    std::string told_;
    std::map<ino_t, Entries> durableEntries_;
    std::map<ino_t, std::string> durableContent_;
    std::map<ino_t, Entries> entries_;  // at the end
    std::map<ino_t, std::string> content_;
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
