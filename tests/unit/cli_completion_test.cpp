// SPDX-License-Identifier: LGPL-2.1-or-later
// Completion scripts and the manual list exactly the verbs and options of the tables.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "base/file.h"
#include "base/strings.h"
#include "cli/verb.h"

namespace podd::cli {
namespace {

using Names = std::set<std::string>;

std::string script(const char* name) {
    return readFile(cat(PODD_COMPLETION_DIR, '/', name));
}

std::string manual() {
    return readFile(cat(PODD_DOCS_DIR, "/podctl.1.scd"));
}

// The first group of every match.
Names found(const std::string& text, const std::string& pattern) {
    Names names;
    const std::regex regex(pattern);
    for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
        names.insert((*match)[1]);
    return names;
}

std::string between(const std::string& text, const std::string& start, const std::string& end) {
    const size_t from = text.find(start);
    const size_t to = text.find(end, from);
    EXPECT_NE(to, std::string::npos) << start;
    return text.substr(from, to - from);
}

Names verbs() {
    Names names;
    for (const Verb& verb : verbTable())
        names.insert(verb.name);
    return names;
}

// "--json=" for those with an argument, "-q" and "--quiet".
Names options(const std::string& whenArgument) {
    Names names;
    for (const OptionRow& row : optionTable()) {
        names.insert(cat("--", row.name, row.argument == nullptr ? "" : whenArgument));
        if (row.letter != 0)
            names.insert(cat('-', row.letter));
    }
    return names;
}

TEST(CliCompletion, BashHasTheVerbs) {
    const std::string table = between(script("podctl.bash"), "VERBS=(", "    )");
    Names names;
    for (const std::string& group : found(table, "='([^']*)'"))
        for (const std::string& name : split(group, ' '))
            names.insert(name);
    EXPECT_EQ(names, verbs());
}

TEST(CliCompletion, BashHasTheOptions) {
    const std::string table = between(script("podctl.bash"), "OPTS=(", "    )");
    EXPECT_EQ(found(table, "[ '](--?[A-Za-z][a-z-]*)"), options(""));
    const std::string standalone = between(table, "[STANDALONE]", "[ARG]");
    for (const OptionRow& row : optionTable())
        EXPECT_EQ(found(standalone, "(--[a-z-]+)").contains(cat("--", row.name)), row.argument == nullptr) << row.name;
}

TEST(CliCompletion, ZshHasTheVerbsWithTheirSummaries) {
    const std::string text = script("_podctl");
    EXPECT_EQ(found(text, "\n        \"([a-z-]+):"), verbs());
    for (const Verb& verb : verbTable())
        EXPECT_NE(text.find(cat('"', verb.name, ':', verb.summary, '"')), std::string::npos) << verb.name;
}

TEST(CliCompletion, ZshHasTheOptions) {
    const std::string text = between(script("_podctl"), "_arguments -s", "'1: :");
    const Names names = found(text, "(--[a-z-]+=?)[\\[}]");
    Names wanted;
    for (const std::string& name : options("="))
        if (name.starts_with("--"))
            wanted.insert(name);
    EXPECT_EQ(names, wanted);
    for (const OptionRow& row : optionTable()) {
        const bool listed = row.letter == 0 || text.find(cat("{-", row.letter)) != std::string::npos;
        EXPECT_TRUE(listed) << row.name;
    }
}

TEST(CliCompletion, FishHasTheVerbsAndOptionsWithTheirSummaries) {
    const std::string text = script("podctl.fish");
    EXPECT_EQ(found(text, "__fish_use_subcommand -a ([a-z-]+) "), verbs());
    for (const Verb& verb : verbTable())
        EXPECT_NE(text.find(cat("-a ", verb.name, " -d '", verb.summary, '\'')), std::string::npos) << verb.name;
    Names lines;
    for (const OptionRow& row : optionTable()) {
        const std::string start = cat("complete -c podctl ", row.letter == 0 ? "" : cat("-s ", row.letter, ' '), "-l ",
                                      row.name, row.argument == nullptr ? " -d" : " -x ");
        EXPECT_NE(text.find(start), std::string::npos) << start;
        EXPECT_NE(text.find(cat("-d '", row.summary, '\'')), std::string::npos) << row.name;
        lines.insert(row.name);
    }
    EXPECT_EQ(found(text, " -l ([a-z-]+) -"), lines);
}

TEST(CliManual, DescribesEveryVerbWithItsArguments) {
    EXPECT_EQ(found(between(manual(), "# POD COMMANDS", "# OPTIONS"), "\n\\*([a-z-]+)\\*[^\n]*\n\t"), verbs());
    for (const Verb& verb : verbTable()) {
        const std::string heading =
            cat("\n*", verb.name, '*', *verb.arguments == '\0' ? "" : " ", verb.arguments, '\n');
        EXPECT_NE(manual().find(heading), std::string::npos) << heading;
    }
}

TEST(CliManual, DescribesEveryOptionWithItsArgument) {
    const std::string text = between(manual(), "# OPTIONS", "# EXIT STATUS");
    for (const OptionRow& row : optionTable()) {
        std::string heading = row.letter == 0 ? "\n" : cat("\n*-", row.letter, "*, ");
        heading +=
            row.argument == nullptr ? cat("*--", row.name, "*\n") : cat("*--", row.name, "=*", row.argument, '\n');
        EXPECT_NE(text.find(heading), std::string::npos) << heading;
    }
    EXPECT_EQ(found(text, "\n\\*(?:-[A-Za-z]\\*, \\*)?--([a-z-]+)=?\\*[^\n]*\n\t").size(), optionTable().size());
}

}  // namespace
}  // namespace podd::cli
