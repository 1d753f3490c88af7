// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs of podctl: one table, from which dispatch, arity, --help, "did you mean" and the completion's
// test come.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "cli/terminal.h"

namespace podd::cli {

using Words = std::vector<std::string>;

constexpr size_t kAny = static_cast<size_t>(-1);

// What every verb is given.
struct Context {
    const Options& options;
    Style style;  // of stdout
};

enum class Group { pods, definitions, output, host };

struct Verb {
    const char* name;
    const char* arguments;
    size_t min;
    size_t max;
    Group group;
    int (*run)(const Context&, const Words&);  // returns the exit status
    const char* summary;
};

std::span<const Verb> verbTable();

// Throws UsageError, with a "did you mean", when there is none of that name.
const Verb& findVerb(std::string_view name);

// Throws UsageError when an option was given whose effect somebody relies on and that the command does not have: a
// `delete --dry-run` must not delete.
void checkOptions(const Verb& verb, const Options& options);

// Throws UsageError when the number of arguments is not one that the verb takes.
void checkArity(const Verb& verb, size_t arguments);

std::string helpText(const Style& style);

// One function for each verb, in the file of its family.
int applyVerb(const Context& context, const Words& files);
int verifyVerb(const Context& context, const Words& files);
int listVerb(const Context& context, const Words& patterns);
int listInstancesVerb(const Context& context, const Words& pods);
int endpointsVerb(const Context& context, const Words& patterns);
int deploymentsVerb(const Context& context, const Words& none);
int topVerb(const Context& context, const Words& names);
int planVerb(const Context& context, const Words& file);
int reloadVerb(const Context& context, const Words& none);
int attendVerb(const Context& context, const Words& pod);
int isolatorsVerb(const Context& context, const Words& none);
int statusVerb(const Context& context, const Words& names);
int showVerb(const Context& context, const Words& names);
int startVerb(const Context& context, const Words& pods);
int stopVerb(const Context& context, const Words& pods);
int scaleVerb(const Context& context, const Words& words);
int suspendVerb(const Context& context, const Words& pods);
int resumeVerb(const Context& context, const Words& pods);
int cancelVerb(const Context& context, const Words& ids);
int restartVerb(const Context& context, const Words& pods);
int deleteVerb(const Context& context, const Words& pods);
int freezeVerb(const Context& context, const Words& names);
int thawVerb(const Context& context, const Words& names);
int killVerb(const Context& context, const Words& names);
int resetFailedVerb(const Context& context, const Words& pods);
int waitVerb(const Context& context, const Words& pods);
int eventsVerb(const Context& context, const Words& pods);
int logsVerb(const Context& context, const Words& words);
int catVerb(const Context& context, const Words& words);
int historyVerb(const Context& context, const Words& pod);
int diffVerb(const Context& context, const Words& words);
int rollbackVerb(const Context& context, const Words& words);
int purgeVerb(const Context& context, const Words& pods);

}  // namespace podd::cli
