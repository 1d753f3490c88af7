// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of verbs: dispatch, arity, help.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "base/strings.h"
#include "cli/verb.h"

namespace podd::cli {
namespace {

std::string whyRefused(const std::function<void()>& attempt) {
    try {
        attempt();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

constexpr Style kPlain{.colour = false, .unicode = true};

TEST(CliVerb, EveryVerbIsCompleteAndThereOnce) {
    std::set<std::string> names;
    for (const Verb& verb : verbTable()) {
        EXPECT_TRUE(names.insert(verb.name).second) << verb.name;
        EXPECT_NE(verb.run, nullptr) << verb.name;
        EXPECT_NE(*verb.summary, '\0') << verb.name;
        EXPECT_LE(verb.min, verb.max) << verb.name;
        EXPECT_EQ(verb.max == 0, *verb.arguments == '\0') << verb.name;
        EXPECT_EQ(verb.max == kAny, std::string(verb.arguments).find("...") != std::string::npos) << verb.name;
        EXPECT_EQ(&findVerb(verb.name), &verb);
    }
}

TEST(CliVerb, HelpNamesEveryVerbAndOptionInLinesThatFitATerminal) {
    const std::string help = helpText(kPlain);
    for (const Verb& verb : verbTable())
        EXPECT_NE(help.find(cat("\n  ", verb.name, ' ')), std::string::npos) << verb.name;
    for (const OptionRow& option : optionTable())
        EXPECT_NE(help.find(cat(" --", option.name)), std::string::npos) << option.name;
    for (const std::string& line : split(help, '\n'))
        EXPECT_LE(line.size(), 110U) << line;
}

TEST(CliVerb, HelpIsOnlyPaintedWhereColoursAre) {
    EXPECT_EQ(helpText(kPlain).find('\033'), std::string::npos);
    EXPECT_NE(helpText({.colour = true, .unicode = true}).find('\033'), std::string::npos);
}

TEST(CliVerb, AnUnknownVerbIsAnsweredWithTheNearestOne) {
    EXPECT_EQ(whyRefused([] { findVerb("stat"); }), "unknown command 'stat', did you mean 'start'?");
    EXPECT_EQ(whyRefused([] { findVerb("explode"); }), "unknown command 'explode'");
    EXPECT_EQ(whyRefused([] { findVerb("a\033[2J"); }), "unknown command 'a\\x1b[2J'");
}

// Who writes `podctl delete --dry-run` believes that nothing happens.
TEST(CliVerb, OptionsThatSomebodyReliesOnAreNotIgnored) {
    Options dryRun;
    dryRun.dryRun = true;
    Options guarded;
    guarded.ifVersion = "";
    Options target;
    target.target = true;
    Options forced;
    forced.force = true;
    Options cautious;
    cautious.rollbackOnFailure = 3;
    for (const Verb& verb : verbTable()) {
        const std::string name = verb.name;
        const bool scales = name == "scale" || name == "suspend" || name == "resume";
        const bool makesVersions = name == "apply" || name == "rollback" || scales;
        EXPECT_EQ(whyRefused([&] { checkOptions(verb, forced); }).empty(),
                  makesVersions || name == "restart" || name == "delete")
            << name;
        EXPECT_EQ(whyRefused([&] { checkOptions(verb, cautious); }).empty(), makesVersions && name != "suspend")
            << name;
        EXPECT_NO_THROW(checkOptions(verb, {})) << name;
        EXPECT_EQ(whyRefused([&] { checkOptions(verb, dryRun); }).empty(), name == "apply") << name;
        EXPECT_EQ(whyRefused([&] { checkOptions(verb, guarded); }).empty(), makesVersions) << name;
        EXPECT_EQ(whyRefused([&] { checkOptions(verb, target); }).empty(), name == "cat") << name;
    }
    EXPECT_EQ(whyRefused([&] { checkOptions(findVerb("delete"), dryRun); }),
              "option '--dry-run' is for: apply; not for delete");
}

TEST(CliVerb, TheNumberOfArgumentsIsChecked) {
    EXPECT_EQ(whyRefused([] { checkArity(findVerb("stop"), 0); }),
              "stop: too few arguments, expected: podctl stop POD...");
    EXPECT_EQ(whyRefused([] { checkArity(findVerb("cat"), 3); }), "cat: too many arguments, expected: podctl cat POD");
    EXPECT_EQ(whyRefused([] { checkArity(findVerb("deployments"), 1); }),
              "deployments: too many arguments, expected: podctl deployments");
    EXPECT_EQ(whyRefused([] { checkArity(findVerb("stop"), 99); }), "");
}

}  // namespace
}  // namespace podd::cli
