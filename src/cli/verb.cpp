// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/verb.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace podd::cli {

namespace {

// clang-format off
constexpr std::array<Verb, 33> kVerbs = {{
    // name             arguments                    min max   group               run                summary
    {"list",           "[PATTERN...]",               0,  kAny, Group::pods,        listVerb,          "List pods"},
    {"list-instances", "[POD...]",                   0,  kAny, Group::pods,        listInstancesVerb, "List instances of pods"},
    {"endpoints",      "[PATTERN...]",               0,  kAny, Group::pods,        endpointsVerb,     "List where instances of pods are reached"},
    {"deployments",    "",                           0,  0,    Group::pods,        deploymentsVerb,   "List changes of pods that are under way"},
    {"status",         "[POD|INSTANCE...]",          0,  kAny, Group::pods,        statusVerb,        "Show the state of pods, their containers and last log lines"},
    {"show",           "[POD|INSTANCE|CONTAINER...]", 0, kAny, Group::pods,        showVerb,          "Show properties of pods, instances, containers or podd"},
    {"top",            "[POD...]",                   0,  kAny, Group::pods,        topVerb,           "Show what pods and their containers use, again and again"},
    {"start",          "POD...",                     1,  kAny, Group::pods,        startVerb,         "Start pods"},
    {"stop",           "POD...",                     1,  kAny, Group::pods,        stopVerb,          "Stop pods and keep them stopped"},
    {"restart",        "POD...",                     1,  kAny, Group::pods,        restartVerb,       "Replace all instances of pods by new ones"},
    {"scale",          "POD INSTANCES",              2,  2,    Group::pods,        scaleVerb,         "Change how many instances of a pod run"},
    {"suspend",        "POD...",                     1,  kAny, Group::pods,        suspendVerb,       "Scale pods to no instance"},
    {"resume",         "POD...",                     1,  kAny, Group::pods,        resumeVerb,        "Scale suspended pods to what they were"},
    {"cancel",         "DEPLOYMENT...",              1,  kAny, Group::pods,        cancelVerb,        "Take deployments back"},
    {"kill",           "POD|INSTANCE|CONTAINER...", 1, kAny,  Group::pods,        killVerb,          "Send a signal to processes of containers"},
    {"freeze",         "POD|INSTANCE|CONTAINER...", 1, kAny,  Group::pods,        freezeVerb,        "Suspend all processes of containers"},
    {"thaw",           "POD|INSTANCE|CONTAINER...", 1, kAny,  Group::pods,        thawVerb,          "Let frozen containers go on"},
    {"reset-failed",   "[POD...]",                   0,  kAny, Group::pods,        resetFailedVerb,   "Forget failures of pods, and try again at once"},
    {"wait",           "POD...",                     1,  kAny, Group::pods,        waitVerb,          "Wait until pods are in a state"},
    {"apply",          "FILE...",                    1,  kAny, Group::definitions, applyVerb,         "Create or change pods from definitions"},
    {"verify",         "FILE...",                    1,  kAny, Group::definitions, verifyVerb,        "Check definitions without applying them"},
    {"plan",           "FILE",                       1,  1,    Group::definitions, planVerb,          "Show what a launch would do, and do nothing"},
    {"delete",         "POD...",                     1,  kAny, Group::definitions, deleteVerb,        "Stop pods and forget them"},
    {"cat",            "POD",                        1,  1,    Group::definitions, catVerb,           "Show the definition of a pod"},
    {"history",        "POD",                        1,  1,    Group::definitions, historyVerb,       "List the versions of a definition and what changed"},
    {"diff",           "POD [VERSION [VERSION]|FILE]", 1, 3,   Group::definitions, diffVerb,          "Show what is different between two definitions"},
    {"rollback",       "POD [VERSION]",              1,  2,    Group::definitions, rollbackVerb,      "Change a pod back to an earlier version"},
    {"purge",          "POD...",                     1,  kAny, Group::definitions, purgeVerb,         "Forget the history of deleted pods"},
    {"logs",           "POD|INSTANCE [CONTAINER]",   1,  2,    Group::output,      logsVerb,          "Show the output of containers"},
    {"events",         "[POD...]",                   0,  kAny, Group::output,      eventsVerb,        "Show what happens to pods, as it happens or from the journal"},
    {"isolators",      "",                           0,  0,    Group::host,        isolatorsVerb,     "List what podd isolates containers with"},
    {"reload",         "",                           0,  0,    Group::host,        reloadVerb,        "Let podd apply the pods that are declared in pods.d"},
    {"attend",         "POD",                        1,  1,    Group::host,        attendVerb,        "Start a pod, stay while it runs, stop it at the end"},
}};
// clang-format on

constexpr std::array<std::pair<Group, const char*>, 4> kGroups = {{
    {Group::pods, "Pod Commands:"},
    {Group::definitions, "Definition Commands:"},
    {Group::output, "Output Commands:"},
    {Group::host, "Host Commands:"},
}};

constexpr size_t kVerbColumn = 38;
constexpr size_t kOptionColumn = 28;

std::string row(const std::string& left, size_t width, const char* summary) {
    const std::string padding(left.size() < width ? width - left.size() : 0, ' ');
    return cat("  ", left, padding, ' ', summary, '\n');
}

std::string verbForm(const Verb& verb) {
    return cat(verb.name, *verb.arguments == '\0' ? "" : " ", verb.arguments);
}

std::string optionForm(const OptionRow& option) {
    std::string text = option.letter == 0 ? "   " : cat('-', option.letter, ' ');
    text += cat("--", option.name);
    return option.argument == nullptr ? text : cat(text, '=', option.argument);
}

}  // namespace

std::span<const Verb> verbTable() {
    return kVerbs;
}

const Verb& findVerb(std::string_view name) {
    const auto* found = std::find_if(kVerbs.begin(), kVerbs.end(), [&](const Verb& verb) { return verb.name == name; });
    if (found != kVerbs.end())
        return *found;
    Words names;
    for (const Verb& verb : kVerbs)
        names.emplace_back(verb.name);
    const std::string* hint = nearest(name, names);
    throw UsageError(
        cat("unknown command ", quoted(name), hint == nullptr ? "" : cat(", did you mean '", *hint, "'?")));
}

void checkOptions(const Verb& verb, const Options& options) {
    struct Row {
        const char* option;
        bool given;
        Words verbs;
    };
    const std::array<Row, 7> rows = {{
        {"dry-run", options.dryRun, {"apply"}},
        {"if-version", options.ifVersion.has_value(), {"apply", "rollback", "scale", "suspend", "resume"}},
        {"force", options.force, {"apply", "rollback", "scale", "suspend", "resume", "restart", "delete"}},
        {"rollback-on-failure", options.rollbackOnFailure > 0, {"apply", "rollback", "scale", "resume"}},
        {"target", options.target, {"cat"}},
        {"signal", options.signal.has_value(), {"kill"}},
        {"kill-whom", options.killWhom.has_value(), {"kill"}},
    }};
    for (const Row& row : rows)
        if (row.given && std::find(row.verbs.begin(), row.verbs.end(), verb.name) == row.verbs.end())
            throw UsageError(
                cat("option '--", row.option, "' is for: ", join(row.verbs, ", "), "; not for ", verb.name));
}

void checkArity(const Verb& verb, size_t arguments) {
    if (arguments >= verb.min && arguments <= verb.max)
        return;
    const char* amount = arguments < verb.min ? "too few" : "too many";
    throw UsageError(cat(verb.name, ": ", amount, " arguments, expected: podctl ", verbForm(verb)));
}

std::string helpText(const Style& style) {
    std::string text = cat("podctl [OPTIONS...] COMMAND ...\n\n",
                           style.paint(Style::Ink::bold, "Query and control pods that belong to systemd."), '\n');
    for (const auto& [group, title] : kGroups) {
        text += cat('\n', style.underlined(title), '\n');
        for (const Verb& verb : kVerbs)
            if (verb.group == group)
                text += row(verbForm(verb), kVerbColumn, verb.summary);
    }
    text += cat('\n', style.underlined("Options:"), '\n');
    for (const OptionRow& option : optionTable())
        text += row(optionForm(option), kOptionColumn, option.summary);
    return text + "\nSee the podctl(1) man page for details.\n";
}

}  // namespace podd::cli
