// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl apply and verify. All files are checked before the first one is sent: a mistake in the last file of
// three must not leave two thirds of an installation.
#include <algorithm>
#include <iostream>

#include "base/strings.h"
#include "cli/applied.h"
#include "cli/definition_file.h"
#include "cli/diff_text.h"
#include "cli/exit_status.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

// Sends one definition; what podd says about it is filled in. False when it was refused.
bool applyFile(Client& client, const DefinitionFile& file, const Options& options, AppliedFile& applied) {
    try {
        noteAnswer(client.apply(file.text, options), options, applied);
        return true;
    } catch (const Error& error) {
        noteRefusal(error, options, applied);
        return false;
    }
}

// "would change /web (version 2026-…)" and the changes; "unchanged /web (version …)".
void printPreview(const Context& context, const PreviewedFile& previewed) {
    const Preview& preview = previewed.preview;
    const bool same = preview.outcome == "unchanged";
    const std::string verb = preview.outcome == "created" ? "would create" : "would change";
    std::cout << (same ? "unchanged" : verb) << ' ' << previewed.pod;
    if (!preview.version.empty())
        std::cout << " (version " << printable(preview.version) << ')';
    std::cout << '\n';
    if (preview.outcome == "changed")
        std::cout << changesText(preview.changes, context.style);
    std::cout << std::flush;
}

int previewAll(const Context& context, std::vector<DefinitionFile> files) {
    const Options& options = context.options;
    Client client(options);
    int status = kSuccess;
    std::vector<PreviewedFile> all;
    for (DefinitionFile& file : files) {
        PreviewedFile& previewed = all.emplace_back(PreviewedFile{.file = file.name, .pod = file.pod});
        try {
            previewed.preview = client.preview(file.text, options);
            previewed.outcome = previewed.preview.outcome;
            file.problems = previewed.preview.problems;  // podd's word counts; it may be another version than podctl
        } catch (const Error& error) {
            previewed.outcome = "refused";
            previewed.message = error.what();
            complainAboutRefusal(error, file.name, file.pod, options);
            status = kFailure;
        }
        printProblems({file}, options.quiet);
        if (previewed.outcome != "refused" && options.json == JsonMode::off && !options.quiet)
            printPreview(context, previewed);
    }
    if (options.json != JsonMode::off)
        std::cout << previewsJson(all, options.json);
    return status;
}

}  // namespace

int applyVerb(const Context& context, const Words& files) {
    const Options& options = context.options;
    if (options.ifVersion && files.size() > 1)
        throw UsageError("option '--if-version' is about one pod: apply one file at a time");
    const std::vector<DefinitionFile> definitions = readDefinitions(files, options.strict);
    if (options.dryRun && !anyErrors(definitions))
        return previewAll(context, definitions);
    printProblems(definitions, options.quiet);
    if (anyErrors(definitions))
        return kFailure;
    Client client(options);
    const PasswordAgent agent(options.askPassword && !options.remote());
    DeploymentWaiter waiter(client, options);
    int status = kSuccess;
    std::vector<AppliedFile> all;
    for (const DefinitionFile& file : definitions) {
        AppliedFile& applied = all.emplace_back(AppliedFile{.file = file.name, .pod = file.pod});
        if (applyFile(client, file, options, applied))
            waiter.add(applied.deployment, file.pod);
        else
            status = kFailure;
    }
    return finishApplied(waiter, all, options, status);
}

int verifyVerb(const Context& context, const Words& files) {
    const Options& options = context.options;
    const std::vector<DefinitionFile> definitions = readDefinitions(files, options.strict);
    const int status = anyErrors(definitions) ? kFailure : kSuccess;
    if (options.json != JsonMode::off) {
        std::cout << problemsJson(definitions, options.json);
        return status;
    }
    printProblems(definitions, options.quiet);
    for (const DefinitionFile& file : definitions)
        if (!options.quiet && !hasErrors(file.problems))
            std::cout << file.name << ": pod " << quoted(file.pod) << " is valid\n";
    return status;
}

}  // namespace podd::cli
