// SPDX-License-Identifier: LGPL-2.1-or-later
// The options of podctl: one table, from which parsing, --help, completion and the manual's test come, and
// the struct that the verbs read. Names and meaning are those of systemctl(1) and machinectl(1) where they
// have one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace podd::cli {

struct OptionRow {
    char letter;           // 0 when there is only the long form
    const char* name;      // without the dashes
    const char* argument;  // nullptr when it takes none
    const char* summary;
};

std::span<const OptionRow> optionTable();

enum class JsonMode { off, shortForm, pretty };
enum class LogFormat { shortForm, cat };

struct Options {
    bool help = false;
    bool version = false;
    bool quiet = false;
    bool pager = true;
    bool legend = true;
    bool askPassword = true;
    bool block = true;
    bool strict = false;
    bool dryRun = false;
    bool target = false;
    bool force = false;              // take the place of a deployment that is under way
    bool wait = false;               // --wait was given, and not only meant
    uint32_t rollbackOnFailure = 0;  // failures after which a change is taken back; 0 = never
    bool follow = false;
    bool value = false;
    JsonMode json = JsonMode::off;
    LogFormat output = LogFormat::shortForm;
    std::optional<uint64_t> lines;        // of the log
    std::optional<uint64_t> sinceUsec;    // CLOCK_REALTIME
    std::optional<uint64_t> timeoutUsec;  // of `wait`
    std::string state = "stable";         // that `wait` waits for
    std::optional<int> signal;            // of `kill`
    std::optional<std::string> killWhom;  // "main" or "all"
    std::vector<std::string> properties;
    // The version that must be the current one, "" = the pod must not exist.
    std::optional<std::string> ifVersion;
    std::string definitionVersion;  // of `cat --version`
    std::string host;               // of --host
    std::string machine;            // of --machine
    std::string journalDirectory;   // "" = this host's journal

    bool remote() const { return !host.empty() || !machine.empty(); }
};

struct CommandLine {
    Options options;
    std::string verb;  // "" when none was given
    std::vector<std::string> arguments;
};

// The command line itself is wrong: unknown verb or option, wrong number of arguments. Exit status 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Reads the words after the program's name; throws UsageError. `nowUsec` is what "-5min" is relative to. "--version" is
// an option without an argument, but with the command `cat` it has one.
CommandLine parseCommandLine(const std::vector<std::string>& words, uint64_t nowUsec);

}  // namespace podd::cli
