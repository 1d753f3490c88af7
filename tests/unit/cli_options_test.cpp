// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line: options in all their forms, and what is refused with which words.
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "cli/names_argument.h"
#include "cli/options.h"

namespace podd::cli {
namespace {

using Words = std::vector<std::string>;

constexpr uint64_t kNow = 1'772'445'600'000'000;  // 2026-03-02 10:00:00 UTC

CommandLine parse(const Words& words) {
    return parseCommandLine(words, kNow);
}

std::string whyRefused(const Words& words) {
    try {
        parse(words);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

TEST(CliOptions, DefaultsAreThoseOfSystemctl) {
    const CommandLine line = parse({});
    EXPECT_EQ(line.verb, "");
    EXPECT_TRUE(line.options.block);
    EXPECT_TRUE(line.options.pager);
    EXPECT_TRUE(line.options.legend);
    EXPECT_EQ(line.options.json, JsonMode::off);
    EXPECT_EQ(line.options.lines, std::nullopt);
}

TEST(CliOptions, StandBeforeAndAfterTheVerbAndItsArguments) {
    const CommandLine line = parse({"-n5", "logs", "-f", "web", "--output=cat", "nginx", "-S", "@7"});
    EXPECT_EQ(line.verb, "logs");
    EXPECT_EQ(line.arguments, (Words{"web", "nginx"}));
    EXPECT_EQ(line.options.lines, 5U);
    EXPECT_TRUE(line.options.follow);
    EXPECT_EQ(line.options.output, LogFormat::cat);
    EXPECT_EQ(line.options.sinceUsec, 7'000'000U);
}

TEST(CliOptions, AValueMayBeTheNextWordAndTheLastOneWins) {
    const CommandLine line = parse({"list", "--json", "short", "--json=pretty"});
    EXPECT_EQ(line.options.json, JsonMode::pretty);
    EXPECT_TRUE(line.arguments.empty());
}

TEST(CliOptions, ASignalHasANameOrANumber) {
    const auto signal = [](const std::string& text) { return parse({"kill", "web", "-s", text}).options.signal; };
    EXPECT_EQ(parse({"kill", "web"}).options.signal, std::nullopt);
    for (const char* text : {"HUP", "SIGHUP", "hup", "sighup", "1"})
        EXPECT_EQ(signal(text), SIGHUP) << text;
    EXPECT_EQ(signal("RTMIN"), SIGRTMIN);
    EXPECT_EQ(signal("SIGRTMIN+3"), SIGRTMIN + 3);
    EXPECT_EQ(signal("RTMAX-1"), SIGRTMAX - 1);
    for (const char* text : {"0", "65", "-1", "SIG", "SIGSIGHUP", "RTMIN-1", "RTMIN+31", "RTMAX+1", "RTMIN3", "X"})
        EXPECT_EQ(whyRefused({"kill", "web", std::string("--signal=") + text}),
                  std::string("option '--signal': '") + text + "' is no signal");
}

TEST(CliOptions, ASignalIsForTheFirstProcessOrForAll) {
    EXPECT_EQ(parse({"kill", "web", "--kill-whom=main"}).options.killWhom, "main");
    EXPECT_EQ(whyRefused({"kill", "web", "--kill-whom=control"}),
              "option '--kill-whom': 'control' is none of: main, all");
}

TEST(CliOptions, PropertiesAddUp) {
    EXPECT_EQ(parse({"show", "-p", "Id", "--property=State"}).options.properties, (Words{"Id", "State"}));
}

TEST(CliOptions, ADashIsAFileAndTwoDashesEndTheOptions) {
    EXPECT_EQ(parse({"apply", "-"}).arguments, Words{"-"});
    EXPECT_EQ(parse({"verify", "--", "--strict"}).arguments, Words{"--strict"});
}

TEST(CliOptions, QuietMeansNoLegend) {
    EXPECT_FALSE(parse({"-q"}).options.legend);
    EXPECT_FALSE(parse({"--no-legend"}).options.legend);
}

TEST(CliOptions, MisspelledOnesAreAnsweredWithTheNearestOne) {
    EXPECT_EQ(whyRefused({"list", "--no-pagr"}), "unknown option '--no-pagr', did you mean '--no-pager'?");
    EXPECT_EQ(whyRefused({"show", "--propety=State"}), "unknown option '--propety', did you mean '--property'?");
    EXPECT_EQ(whyRefused({"--no-block=yes", "stop"}).find("unknown option"), std::string::npos);
    EXPECT_NE(whyRefused({"--no-block=yes", "stop"}), "");
    EXPECT_EQ(whyRefused({"--zzz"}), "unknown option '--zzz'");
}

TEST(CliOptions, AreNotAbbreviated) {
    EXPECT_NE(whyRefused({"--stri"}), "");
}

TEST(CliOptions, ValuesAreChecked) {
    EXPECT_EQ(whyRefused({"--json=yaml"}), "option '--json': 'yaml' is none of: short, pretty, off");
    EXPECT_EQ(whyRefused({"-n", "x"}), "option '--lines': 'x' is neither a number nor 'all'");
    EXPECT_EQ(whyRefused({"--since=tomorrow-ish"}), "option '--since': 'tomorrow-ish' is not a time");
    EXPECT_EQ(whyRefused({"--timeout=soon"}), "option '--timeout': 'soon' is not a time");
    EXPECT_EQ(whyRefused({"--for=gone"}), "option '--for': 'gone' is none of: stable, stopped");
    EXPECT_EQ(whyRefused({"list", "-n"}), "the required argument for option '--lines' is missing");
}

TEST(CliOptions, ContradictionsAreRefused) {
    EXPECT_EQ(whyRefused({"-H", "a", "-M", "b"}), "options '--host' and '--machine' exclude each other");
    EXPECT_EQ(whyRefused({"--wait", "--no-block"}), "options '--wait' and '--no-block' exclude each other");
}

TEST(CliOptions, VersionNamesADefinitionOnlyForCat) {
    const std::string version = "2026-03-02T10:00:00.000Z";
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"cat", "web", "--version", version},
          {"cat", "--version", version, "web"},
          {"cat", "web", "--version=" + version},
          {"-H", "cat", "cat", "web", "--version", version},
          {"--json=short", "cat", "web", "--version=2026-01-01T00:00:00.000Z", "--version", version}}) {
        const CommandLine line = parse(words);
        EXPECT_EQ(line.options.definitionVersion, version);
        EXPECT_FALSE(line.options.version);
        EXPECT_EQ(line.verb, "cat");
        EXPECT_EQ(line.arguments, std::vector<std::string>{"web"});
    }
    EXPECT_TRUE(parse({"--version"}).options.version);
    EXPECT_TRUE(parse({"status", "cat", "--version"}).options.version);
    EXPECT_EQ(parse({"cat", "web", "--", "--version"}).arguments, (std::vector<std::string>{"web", "--version"}));
    EXPECT_EQ(whyRefused({"cat", "web", "--version"}), "option '--version': cat needs the version to show");
    EXPECT_EQ(whyRefused({"cat", "--version", "web"}), "option '--version': 'web' is not a version");
    EXPECT_NE(whyRefused({"status", "web", "--version=" + version}), "");
    EXPECT_EQ(whyRefused({"cat", "web", "--target", "--version", version}),
              "options '--target' and '--version' exclude each other");
}

TEST(CliOptions, AVersionToRelyOnIsAVersionOrNone) {
    EXPECT_EQ(parse({"apply", "web.json"}).options.ifVersion, std::nullopt);
    EXPECT_EQ(parse({"apply", "--if-version=none", "web.json"}).options.ifVersion, "");
    EXPECT_EQ(parse({"apply", "--if-version", "2026-03-02T10:00:00.000Z", "web.json"}).options.ifVersion,
              "2026-03-02T10:00:00.000Z");
    for (const char* wrong : {"", "latest", "2026-03-02", "None"})
        EXPECT_NE(whyRefused({"apply", "--if-version", wrong, "web.json"}), "") << wrong;
}

TEST(CliOptions, EveryRowIsCompleteAndThereOnce) {
    std::set<std::string> names;
    std::set<char> letters;
    for (const OptionRow& row : optionTable()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_TRUE(row.letter == 0 || letters.insert(row.letter).second) << row.name;
        EXPECT_NE(*row.summary, '\0') << row.name;
    }
}

TEST(CliNames, AreAcceptedWithoutTheirLeadingSlash) {
    EXPECT_EQ(podId("web"), "/web");
    EXPECT_EQ(podId("/prod/web/"), "/prod/web");
    EXPECT_EQ(objectName("web.3/nginx"), "/web.3/nginx");
    EXPECT_TRUE(matches("prod*", "/prod/web"));
    EXPECT_TRUE(matches("/web", "/web"));
    EXPECT_FALSE(matches("web", "/web2"));
}

TEST(CliNames, ThatNoPodCanHaveAreRefusedBeforePoddIsAsked) {
    EXPECT_THROW(podId("Web"), UsageError);
    EXPECT_THROW(podId(""), UsageError);
    EXPECT_THROW(podId("../web"), UsageError);
    EXPECT_THROW(objectName("/"), UsageError);
}

}  // namespace
}  // namespace podd::cli
