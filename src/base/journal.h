// SPDX-License-Identifier: LGPL-2.1-or-later
// journald's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), one datagram for one entry.
// sd_journal_sendv(3) would do but for one thing: it cannot attach SCM_CREDENTIALS. With the credentials of
// the container's first process journald itself fills in the trusted fields, _SYSTEMD_UNIT= above all, and
// applies its rate limit to the container's scope.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/fd.h"

namespace podd {

class Journal {
public:
    explicit Journal(std::string socket) : path_(std::move(socket)) {}

    enum class Sent {
        yes,
        full,  // its queue: try again when descriptor() is writable
        away,  // nobody there: try again later
    };
    // `fields` are the lines "NAME=value\n" that all messages of one origin share. `asPid` is set to 0 when
    // its process can no longer be named; then the entry bears the executor's own credentials.
    Sent send(std::string_view fields, int priority, std::string_view message, pid_t& asPid);

    int descriptor() const { return socket_.get(); }

    // Ahead of the first entry; send() does it as well. False when nobody is there.
    bool connect();

private:
    std::string path_;
    UniqueFd socket_;
};

}  // namespace podd
