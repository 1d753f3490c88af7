// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl history and diff: the versions of a pod's definition, and what is different between them.
#include <algorithm>
#include <iostream>
#include <optional>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/definition_file.h"
#include "cli/diff_text.h"
#include "cli/exit_status.h"
#include "cli/names_argument.h"
#include "cli/output_json.h"
#include "cli/render.h"
#include "cli/status_text.h"
#include "cli/times.h"
#include "cli/verb.h"
#include "model/pod_spec_json.h"
#include "model/version.h"

namespace podd::cli {

namespace {

constexpr size_t kSummaryWidth = 60;
constexpr int kDifferent = 1;  // exit statuses of diff(1)
constexpr int kTrouble = 2;

// The changes against the version before; a version that cannot be read any more is compared with nothing.
std::vector<HistoryRow> historyOf(Client& client, const std::string& id) {
    std::vector<HistoryRow> rows;
    for (const VersionRow& version : client.listVersions(id)) {
        HistoryRow row{.version = version.version,
                       .state = version.state,
                       .timeUsec = parseVersion(version.version).value_or(0) * 1000,
                       .changes = {}};
        try {
            if (!rows.empty())
                row.changes = client.diff(id, rows.back().version, row.version);
        } catch (const Error& error) {
            if (error.code() != Errc::noSuchVersion)
                throw;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string summaryOf(const HistoryRow& row, bool first, const Style& style) {
    if (first)
        return "created";
    if (!row.changes)
        return "not comparable";
    return row.changes->empty() ? "none" : changesSummary(*row.changes, kSummaryWidth, style);
}

// "2026-…", or a file that was given instead.
bool isVersion(const std::string& word) {
    return word == "deployed" || word == "target" || parseVersion(word).has_value();
}

// Two versions, or one and the file to compare it with.
struct Sides {
    std::string from;
    std::string to;
    bool file = false;
};

// What is compared when fewer than two versions are named: the newest one is the current one.
Sides sidesOf(Client& client, const std::string& id, const Words& words) {
    if (words.size() == 3 && (!isVersion(words[1]) || !isVersion(words[2])))
        throw Error(Errc::noSuchVersion, cat("pod ", quoted(id), ": ", quoted(words[isVersion(words[1]) ? 2 : 1]),
                                             " is not a version; podctl history ", id, " lists them"));
    if (words.size() == 3)
        return {.from = words[1], .to = words[2]};
    if (words.size() == 2)
        return isVersion(words[1]) ? Sides{.from = words[1], .to = "target"}
                                   : Sides{.from = "target", .to = words[1], .file = true};
    const std::vector<VersionRow> versions = client.listVersions(id);
    if (std::any_of(versions.begin(), versions.end(), [](const VersionRow& row) { return row.state == "target"; }))
        return {.from = "deployed", .to = "target"};
    if (versions.size() < 2)
        throw Error(Errc::noSuchVersion, cat("pod ", quoted(id), ": there is only one version, ",
                                             versions.empty() ? "" : versions[0].version));
    return {.from = versions[versions.size() - 2].version, .to = versions.back().version};
}

// Nothing when the file does not hold; its problems are printed then.
std::optional<Difference> compare(Client& client, const std::string& id, const Words& words, const Options& options) {
    const Sides sides = sidesOf(client, id, words);
    const Definition from = client.definition(id, sides.from);
    if (!sides.file) {
        const Definition to = client.definition(id, sides.to);
        return Difference{id, from.version, to.version, diffDefinitions(from.text, to.text)};
    }
    const std::vector<DefinitionFile> files = readDefinitions({sides.to}, options.strict);
    printProblems(files, options.quiet);
    if (anyErrors(files))
        return std::nullopt;
    const std::string text = canonicalJson(parsePod(files[0].text, options.strict).spec);
    return Difference{id, from.version, files[0].name, diffDefinitions(from.text, text)};
}

void print(const Context& context, const Difference& difference) {
    const Options& options = context.options;
    if (options.json != JsonMode::off) {
        std::cout << diffJson(difference, options.json);
        return;
    }
    if (options.quiet || difference.changes.empty())
        return;
    const Pager pager(options.pager);
    const std::string header = cat(difference.pod, ": ", printable(difference.from),
                                   context.style.unicode ? " → " : " -> ", printable(difference.to));
    std::cout << context.style.paint(Style::Ink::bold, header) << '\n'
              << changesText(difference.changes, context.style);
}

}  // namespace

int historyVerb(const Context& context, const Words& pod) {
    Client client(context.options);
    const std::vector<HistoryRow> rows = historyOf(client, podId(pod[0]));
    if (context.options.json != JsonMode::off) {
        std::cout << versionsJson(rows, context.options.json);
        return kSuccess;
    }
    const uint64_t now = nowUsec();
    Table table({"VERSION", "AGE", "STATE", "CHANGES"});
    for (const HistoryRow& row : rows)
        table.add({printable(row.version), relativeTime(row.timeUsec, now),
                   Cell(row.state.empty() ? "-" : printable(row.state),
                        row.state == "target" ? Style::Ink::yellow : Style::Ink::none),
                   summaryOf(row, &row == &rows.front(), context.style)});
    const Pager pager(context.options.pager);
    std::cout << table.text(context.style, context.options.legend, "version");
    return kSuccess;
}

int diffVerb(const Context& context, const Words& words) {
    const std::string id = podId(words[0]);
    try {
        Client client(context.options);
        const std::optional<Difference> difference = compare(client, id, words, context.options);
        if (!difference)
            return kTrouble;
        print(context, *difference);
        return difference->changes.empty() ? kSuccess : kDifferent;
    } catch (const Error& error) {
        complain(error.what());
        return kTrouble;  // 1 has a meaning of its own here
    }
}

}  // namespace podd::cli
