// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl cat: the stored definition of a pod, in its canonical form.
#include <unistd.h>

#include <iostream>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/names_argument.h"
#include "cli/output_json.h"
#include "cli/verb.h"

namespace podd::cli {

int catVerb(const Context& context, const Words& words) {
    const Options& options = context.options;
    Client client(options);
    const Definition found = client.definition(podId(words[0]), options.target ? "target" : options.definitionVersion);
    if (options.json != JsonMode::off) {
        std::cout << definitionJson(found.text, options.json);
        return 0;
    }
    if (::isatty(STDOUT_FILENO) == 0) {
        std::cout << found.text;  // to the byte, fit for `podctl apply -`
        return 0;
    }
    const Pager pager(options.pager);
    std::cout << context.style.paint(Style::Ink::grey, cat("# version ", printable(found.version))) << '\n';
    std::vector<std::string> lines = split(found.text, '\n');
    if (lines.back().empty())
        lines.pop_back();
    for (const std::string& line : lines)
        std::cout << printable(line) << '\n';
    return 0;
}

}  // namespace podd::cli
