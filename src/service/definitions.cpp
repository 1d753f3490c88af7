// SPDX-License-Identifier: LGPL-2.1-or-later
// The third part of BusApi: the methods about definitions and their versions.
#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include "base/characters.h"
#include "base/strings.h"
#include "core/plan_json.h"
#include "model/diff_json.h"
#include "model/names.h"
#include "model/pod_spec_json.h"
#include "sd/check.h"
#include "service/api.h"
#include "service/options.h"

namespace podd {

namespace {

void append(sd_bus_message* reply, const std::vector<Problem>& problems) {
    sd::check(sd_bus_message_open_container(reply, 'a', "(sssssuu)"), "answer");
    for (const Problem& problem : problems)
        // The value is a piece of somebody's text; a character may have been cut. What is no character sd-bus refuses.
        sd::check(sd_bus_message_append(
                      reply, "(sssssuu)", std::string(kSeverities.name(problem.severity)).c_str(),
                      (hasNoCharacter(problem.pointer) ? printable(problem.pointer) : problem.pointer).c_str(),
                      problem.what.c_str(), printable(problem.value).c_str(), problem.suggestion.c_str(), problem.line,
                      problem.column),
                  "answer");
    sd::check(sd_bus_message_close_container(reply), "answer");
}

void append(sd_bus_message* reply, const std::vector<Change>& changes) {
    sd::check(sd_bus_message_open_container(reply, 'a', "(ssss)"), "answer");
    for (const Change& change : changes)
        sd::check(sd_bus_message_append(reply, "(ssss)", std::string(kChangeKinds.name(change.kind)).c_str(),
                                        change.path.c_str(), change.before.c_str(), change.after.c_str()),
                  "answer");
    sd::check(sd_bus_message_close_container(reply), "answer");
}

// The id of a pod that may be gone. Only a name that a pod can have becomes the name of a directory.
std::string readId(sd::Call& call) {
    std::string id = absolute(call.readString());
    if (const std::optional<std::string> why = whyNotPodId(id))
        throw Error(Errc::noSuchPod, cat("pod ", quoted(id), ": there cannot be such a pod: ", *why));
    return id;
}

}  // namespace

void BusApi::appendApplied(sd_bus_message* reply, const std::string& id, const Applied& applied) {
    const std::string deployment = applied.deployment == 0 ? "/" : deploymentPath(applied.deployment);
    sd::check(sd_bus_message_append(reply, "soso", applied.outcome.c_str(), podPath(id).c_str(),
                                    applied.version.c_str(), deployment.c_str()),
              "answer");
}

bool BusApi::holds(sd::Call& call, const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (const BadDefinition& refusal) {
        call.fail(refusal, [&](sd_bus_message* reply) { append(reply, refusal.problems()); });
    } catch (const Error& refusal) {
        if (refusal.code() != Errc::badDefinition)
            throw;
        // Of the ids of pods only the manager knows what goes with what.
        const std::vector<Problem> problems = {{.pointer = "/id", .what = refusal.what()}};
        call.fail(refusal, [&](sd_bus_message* reply) { append(reply, problems); });
    }
    return false;
}

void BusApi::applyPod(sd::Call call) {
    const std::string definition = call.readString();
    const ApplyOptions options = readOptions(call.message(), {"strict", "if-version", "force", "rollback-on-failure"});
    std::string id;
    // The id for polkit's question; a definition that does not hold is refused before anybody is asked.
    if (!holds(call, [&] { id = manager_.checkDefinition(definition, options.strict); }))
        return;
    manageDefinition(std::move(call), definition, id, "apply", [this, id, definition, options](sd::Call granted) {
        Applied applied;
        if (holds(granted, [&] { applied = manager_.apply(definition, options); }))
            granted.reply([&](sd_bus_message* reply) { appendApplied(reply, id, applied); });
    });
}

void BusApi::rollbackPod(sd::Call call) {
    const std::string id = readId(call);
    const std::string version = call.readString();
    const ApplyOptions options = readOptions(call.message(), {"if-version", "force", "rollback-on-failure"});
    const std::string wanted = manager_.rollbackTarget(id, version);
    const std::string definition = manager_.definition(id, wanted);
    manageDefinition(std::move(call), definition, id, "rollback", [this, id, wanted, options](sd::Call granted) {
        Applied applied;
        if (holds(granted, [&] { applied = manager_.rollback(id, wanted, options); }))
            granted.reply([&](sd_bus_message* reply) { appendApplied(reply, id, applied); });
    });
}

void BusApi::planPod(sd::Call call) {
    const std::string definition = call.readString();
    const ApplyOptions options = readOptions(call.message(), {"strict"});
    inspect(std::move(call), "", "plan", [this, definition, options](sd::Call granted) {
        std::string plan;
        if (holds(granted, [&] { plan = planJson(manager_.planOf(definition, options.strict)); }))
            granted.reply(
                [&](sd_bus_message* reply) { sd::check(sd_bus_message_append(reply, "s", plan.c_str()), "answer"); });
    });
}

void BusApi::listIsolators(sd::Call call) {
    inspect(std::move(call), "", "list", [this](sd::Call granted) {
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_open_container(reply, 'a', "(ssbs)"), "answer");
            for (const Isolation::Row& row : manager_.isolation().rows())
                sd::check(
                    sd_bus_message_append(reply, "(ssbs)", std::string(row.name).c_str(),
                                          std::string(row.summary).c_str(), row.selected ? 1 : 0, row.problem.c_str()),
                    "answer");
            sd::check(sd_bus_message_close_container(reply), "answer");
        });
    });
}

void BusApi::purgePod(sd::Call call) {
    const std::string id = readId(call);
    manage(std::move(call), id, "purge", [this, id](sd::Call granted) {
        manager_.purge(id);
        granted.reply();
    });
}

void BusApi::verifyDefinition(sd::Call call) {
    const std::string definition = call.readString();
    const ApplyOptions options = readOptions(call.message(), {"strict"});
    inspect(std::move(call), "", "verify", [definition, options](sd::Call granted) {
        const ParsedPod parsed = parsePod(definition, options.strict);
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_append(reply, "s", parsed.ok() ? parsed.spec.id.c_str() : ""), "answer");
            append(reply, parsed.problems);
        });
    });
}

void BusApi::previewPod(sd::Call call) {
    const std::string definition = call.readString();
    const ApplyOptions options = readOptions(call.message(), {"strict", "if-version"});
    std::string id;
    if (!holds(call, [&] { id = manager_.checkDefinition(definition, options.strict); }))
        return;
    inspect(std::move(call), id, "preview", [this, definition, options](sd::Call granted) {
        Preview preview;
        if (!holds(granted, [&] { preview = manager_.preview(definition, options); }))
            return;
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_append(reply, "sss", preview.outcome.c_str(), preview.id.c_str(),
                                            preview.version.c_str()),
                      "answer");
            append(reply, preview.changes);
            append(reply, preview.problems);
        });
    });
}

void BusApi::getDefinition(sd::Call call) {
    const std::string id = readId(call);
    const std::string version = call.readString();
    answerDefinition(std::move(call), id, version);
}

void PodObjectView::getDefinition(sd::Call call) {
    const std::string version = call.readString();
    api->answerDefinition(std::move(call), pod->id(), version);
}

void BusApi::answerDefinition(sd::Call call, const std::string& id, const std::string& version) {
    inspect(std::move(call), id, "inspect", [this, id, version](sd::Call granted) {
        const std::string found = manager_.resolveVersion(id, version);
        const std::string definition = manager_.definition(id, found);
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_append(reply, "ss", found.c_str(), definition.c_str()), "answer");
        });
    });
}

void BusApi::listVersions(sd::Call call) {
    const std::string id = readId(call);
    inspect(std::move(call), id, "inspect", [this, id](sd::Call granted) {
        const std::vector<VersionInfo> versions = manager_.history(id);
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_open_container(reply, 'a', "(ss)"), "answer");
            for (const VersionInfo& each : versions)
                sd::check(sd_bus_message_append(reply, "(ss)", each.version.c_str(), each.state.c_str()), "answer");
            sd::check(sd_bus_message_close_container(reply), "answer");
        });
    });
}

void BusApi::diffVersions(sd::Call call) {
    const std::string id = readId(call);
    const std::string from = call.readString();
    const std::string to = call.readString();
    inspect(std::move(call), id, "inspect", [this, id, from, to](sd::Call granted) {
        const std::vector<Change> changes = manager_.diff(id, from, to);
        granted.reply([&](sd_bus_message* reply) { append(reply, changes); });
    });
}

}  // namespace podd
