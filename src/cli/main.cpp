// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl: reads the command line, runs one verb, and turns what it throws into a line and an exit status.
#include <unistd.h>

#include <clocale>
#include <iostream>

#include "base/error.h"
#include "base/strings.h"
#include "cli/exit_status.h"
#include "cli/times.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

int dispatch(const CommandLine& line) {
    const Context context{.options = line.options, .style = styleOf(STDOUT_FILENO)};
    if (line.options.help) {
        const Pager pager(line.options.pager);
        std::cout << helpText(context.style);
        return kSuccess;
    }
    if (line.options.version) {
        std::cout << "podctl " << PODD_VERSION << '\n';
        return kSuccess;
    }
    const Verb& verb = findVerb(line.verb.empty() ? "list" : line.verb);
    checkOptions(verb, line.options);
    checkArity(verb, line.arguments.size());
    return verb.run(context, line.arguments);
}

int run(const Words& words) {
    int status = kFailure;
    try {
        status = dispatch(parseCommandLine(words, nowUsec()));
    } catch (const UsageError& error) {
        std::cerr << "podctl: " << error.what() << "\nTry 'podctl --help' for the commands and options.\n";
        return kUsage;
    } catch (const Error& error) {
        complain(error.what());
        return exitStatus(error.code());
    } catch (const std::exception& error) {
        complain(error.what());
        return kFailure;
    }
    std::cout.flush();
    if (!std::cout) {
        complain("write the output: the file is full or closed");
        return kFailure;
    }
    return status;
}

}  // namespace

}  // namespace podd::cli

int main(int argc, char* argv[]) {
    std::setlocale(LC_CTYPE, "");  // numbers and times are written alike everywhere
    const podd::cli::Words words(argv + (argc > 0 ? 1 : 0), argv + argc);
    return podd::cli::run(words);
}
