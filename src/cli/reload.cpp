// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl reload: podd applies the pods that are declared in its directories.
#include <iostream>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/exit_status.h"
#include "cli/verb.h"

namespace podd::cli {

int reloadVerb(const Context& context, const Words& /*none*/) {
    Client client(context.options);
    const PasswordAgent agent(context.options.askPassword && !context.options.remote());
    int status = kSuccess;
    for (const DeclarationRow& row : client.reload()) {
        if (row.outcome == "refused") {
            complain(cat(row.file, ": ", row.message));
            status = kFailure;
        } else if (!context.options.quiet && row.outcome == "gone") {
            std::cout << printable(row.pod) << " stays, " << printable(row.file) << " does not declare it any more\n";
        } else if (!context.options.quiet && row.outcome != "left") {
            std::cout << printable(row.pod) << ' ' << row.outcome << " by " << printable(row.file) << '\n';
        }
    }
    return status;
}

}  // namespace podd::cli
