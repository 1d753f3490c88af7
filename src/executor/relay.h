// SPDX-License-Identifier: LGPL-2.1-or-later
// From the containers' pipes to the journal, line by line. Nothing is dropped: while journald takes nothing
// (its queue is full, or it is away) the pipes are not read, and a container that goes on writing waits, as
// it would with a journal stream. Each wake-up reads one buffer of one pipe, so that a container that floods
// leaves room for the others.
//
// A line is at most 48 KiB, a longer one is split. A "<N>" in front of a line is its priority (sd-daemon(3)).
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/journal.h"
#include "executor/loop.h"

namespace podd {

class Relay {
public:
    // `pid`: the process that the entries are attributed to.
    struct Stream {
        UniqueFd pipe;
        std::string fields;
        pid_t pid = 0;
        Task onEnd;  // after the last line

        std::string held;    // read, but not sent: the beginning of a line, or what journald did not take
        int priority = 0;    // of the line whose rest is still to come
        bool split = false;  // `held` continues a line
        bool endOfFile = false;
        int readsLeft = -1;  // once abandoned; -1: no limit
        Watch readable;
    };

    Relay(Loop& loop, std::string journalSocket) : loop_(loop), journal_(std::move(journalSocket)) {}

    Stream* add(UniqueFd pipe, std::string fields, pid_t pid, Task onEnd);
    // What is in the pipe now is still sent, even if somebody holds its other end and goes on writing.
    void abandon(Stream* stream);

    bool idle() const { return streams_.empty(); }
    size_t unsentBytes() const;

private:
    bool read(Stream& stream);
    bool flush(Stream& stream);
    bool sendLine(Stream& stream, std::string_view line, bool complete);
    void stall(Journal::Sent why);
    void resume();
    void end(Stream& stream);

    Loop& loop_;
    Journal journal_;
    std::vector<std::unique_ptr<Stream>> streams_;
    size_t turn_ = 0;  // who is first after a stall
    bool stalled_ = false;
    uint64_t retryUsec_ = 0;
    Watch writable_;
    Watch retry_;
};

}  // namespace podd
