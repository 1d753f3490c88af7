// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl logs: what containers wrote. podctl reads the journal itself, with the rights of its user.
#include <unistd.h>

#include <iostream>

#include "base/error.h"
#include "base/strings.h"
#include "cli/client.h"
#include "cli/exit_status.h"
#include "cli/journal.h"
#include "cli/names_argument.h"
#include "cli/verb.h"
#include "model/names.h"

namespace podd::cli {

namespace {

constexpr uint64_t kFollowLines = 10;  // as `journalctl --follow`

// An id may end like an instance ("/web.3"); podd knows which it is. Without podd, or when neither is there
// any more, the log is still worth reading, and the form decides.
LogFilter filterOf(const Options& options, const Words& words) {
    const std::string name = podId(words[0]);
    LogFilter filter{.pod = name, .instance = "", .container = words.size() > 1 ? words[1] : ""};
    const std::optional<InstanceId> instance = parseInstanceId(name);
    if (!instance)
        return filter;
    try {
        Client(options).podPath(name);
        return filter;
    } catch (const Error&) {
        filter.pod = instance->pod;
        filter.instance = instance->text();
    }
    return filter;
}

void print(const Context& context, const LogLine& line, bool terminal) {
    if (context.options.output == LogFormat::shortForm)
        std::cout << shortLine(line, context.style);
    else
        std::cout << (terminal ? terminalText(line.message) : line.message) << '\n';
}

// Whether anything was printed.
bool printAll(const Context& context, Journal& journal, bool terminal) {
    bool any = false;
    while (const std::optional<LogLine> line = journal.next()) {
        any = true;
        print(context, *line, terminal);
        if (!std::cout)
            break;  // the reader has gone
    }
    std::cout.flush();
    return any;
}

void explainNothing(const Options& options) {
    if (options.quiet || options.lines == 0)
        return;
    std::cerr << "No log lines.\n";
    if (::geteuid() != 0)
        std::cerr << "Hint: users in the groups 'adm' and 'systemd-journal' see all of the journal.\n";
}

}  // namespace

int logsVerb(const Context& context, const Words& words) {
    const Options& options = context.options;
    if (options.remote())
        throw Error(Errc::notSupported,
                    "logs: only the journal of this host can be read; over there, use "
                    "'ssh HOST podctl logs' or 'journalctl -M MACHINE POD_ID=/POD'");
    const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    Journal journal(options.journalDirectory);
    journal.select(filterOf(options, words));
    journal.seekLast(options.lines.value_or(options.follow && !options.sinceUsec ? kFollowLines : UINT64_MAX),
                     options.sinceUsec);
    if (!options.follow) {
        const Pager pager(options.pager);
        if (!printAll(context, journal, terminal))
            explainNothing(options);
        return kSuccess;
    }
    while (std::cout) {
        printAll(context, journal, terminal);
        journal.waitForMore();
    }
    return kSuccess;
}

}  // namespace podd::cli
