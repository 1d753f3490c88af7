// SPDX-License-Identifier: LGPL-2.1-or-later
// The output of containers in the journal, and the events of pods. Executors and podd write them as root; what others write
// under a pod's name is not believed (match on the trusted _UID).
#pragma once

#include <systemd/sd-journal.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "model/event.h"

namespace podd::cli {

struct LogFilter {
    std::string pod;
    std::string instance;   // "" = all of the pod
    std::string container;  // "" = all
};

struct LogLine {
    uint64_t usec = 0;  // CLOCK_REALTIME
    std::string instance;
    std::string identifier;  // the container's name; of podd's own lines about the pod, the program's
    std::string pid;
    std::string message;
    int priority = 6;
};

class Journal {
public:
    // "" = this host's journal.
    explicit Journal(const std::string& directory);

    void select(const LogFilter& filter);
    // Events instead of output; of all pods when none is named.
    void selectEvents(const std::vector<std::string>& pods);
    // To the last `lines` (UINT64_MAX = all) lines that are not older than `sinceUsec`; next() gives the
    // first.
    void seekLast(uint64_t lines, std::optional<uint64_t> sinceUsec);
    std::optional<LogLine> next();
    std::optional<Event> nextEvent();
    // Until there may be more; a signal ends the program as always.
    void waitForMore();

private:
    struct Close {
        void operator()(sd_journal* journal) const { sd_journal_close(journal); }
    };
    void match(const char* field, const std::string& value);
    bool move(int (*step)(sd_journal*));
    bool advance();
    uint64_t time() const;
    std::string field(const char* name) const;
    LogLine line() const;
    std::optional<Event> event() const;

    std::unique_ptr<sd_journal, Close> journal_;
    bool events_ = false;   // are wanted, and nothing else
    bool onFirst_ = false;  // the first line to give is the current one
};

// "Mar 02 10:00:00 /web.3 nginx[42]: message\n", as journalctl's "short" but with the instance in the host's
// place; further lines of a message are indented below the first.
std::string shortLine(const LogLine& line, const Style& style);

// The text as it may go to a terminal: colour sequences dropped, tabs as spaces, all else that is no text as
// \xNN.
std::string terminalText(std::string_view text);

}  // namespace podd::cli
