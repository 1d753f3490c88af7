// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl isolators and podctl plan: what podd isolates with, and what a launch would do.
#include <iostream>

#include "base/strings.h"
#include "cli/applied.h"
#include "cli/client.h"
#include "cli/definition_file.h"
#include "cli/exit_status.h"
#include "cli/output_json.h"
#include "cli/plan_json.h"
#include "cli/render.h"
#include "cli/verb.h"

namespace podd::cli {

int isolatorsVerb(const Context& context, const Words&) {
    const std::vector<IsolatorRow> rows = Client(context.options).listIsolators();
    if (context.options.json != JsonMode::off) {
        std::cout << isolatorsJson(rows, context.options.json);
        return kSuccess;
    }
    Table table({"ISOLATOR", "SELECTED", "POSSIBLE", "WHAT"});
    for (const IsolatorRow& row : rows)
        table.add({{row.name},
                   {row.selected ? "yes" : "no", row.selected ? Style::Ink::green : Style::Ink::none},
                   {row.problem.empty() ? "yes" : "no", row.problem.empty() ? Style::Ink::none : Style::Ink::red},
                   {row.problem.empty() ? row.summary : cat(row.summary, " (", printable(row.problem), ')')}});
    const Pager pager(context.options.pager);
    std::cout << table.text(context.style, context.options.legend, "isolator");
    return kSuccess;
}

int planVerb(const Context& context, const Words& files) {
    const Options& options = context.options;
    const std::vector<DefinitionFile> definitions = readDefinitions(files, options.strict);
    printProblems(definitions, options.quiet);
    if (anyErrors(definitions))
        return kFailure;
    const DefinitionFile& file = definitions.front();
    std::string plan;
    try {
        plan = Client(options).plan(file.text, options);
    } catch (const Error& error) {
        complainAboutRefusal(error, file.name, file.pod, options);
        return kFailure;
    }
    const Pager pager(options.pager);
    std::cout << (options.json == JsonMode::off ? planText(plan) : definitionJson(plan, options.json));
    return kSuccess;
}

}  // namespace podd::cli
