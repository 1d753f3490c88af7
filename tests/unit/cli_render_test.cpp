// SPDX-License-Identifier: LGPL-2.1-or-later
// Tables, trees and log lines as text.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "cli/definition_file.h"
#include "cli/exit_status.h"
#include "cli/journal.h"
#include "cli/render.h"

namespace podd::cli {
namespace {

constexpr Style kPlain{.colour = false, .unicode = true};
constexpr Style kAscii{.colour = false, .unicode = false};
constexpr Style kColour{.colour = true, .unicode = true};

TEST(CliTable, AlignsColumnsAndCountsRows) {
    Table table({"ID", "STATE"});
    table.add({std::string("/longer"), std::string("stable")});
    table.add({std::string("/ü"), std::string("stopped")});
    EXPECT_EQ(table.text(kPlain, true, "pod"),
              "ID       STATE\n"
              "/longer  stable\n"
              "/ü       stopped\n"
              "\n"
              "2 pods listed.\n");
}

TEST(CliTable, WithoutLegendHasRowsOnly) {
    Table table({"A VERY WIDE HEADER", "X"});
    table.add({std::string("a"), std::string("b")});
    EXPECT_EQ(table.text(kPlain, false, "pod"), "a  b\n");
}

TEST(CliTable, SaysWhenThereIsNothing) {
    EXPECT_EQ(Table({"ID"}).text(kPlain, true, "pod"), "No pods listed.\n");
    EXPECT_EQ(Table({"ID"}).text(kPlain, false, "pod"), "");
}

TEST(CliTable, ColoursDoNotShiftColumns) {
    Table table({"ID", "STATE", "N"});
    table.add({std::string("/a"), Cell("stable", Style::Ink::green), std::string("1")});
    EXPECT_EQ(table.text(kColour, false, "pod"), "/a  \033[0;1;32mstable\033[0m  1\n");
}

TEST(CliTree, DrawsBranchesAndTrunks) {
    const std::vector<TreeNode> nodes = {{"a", {{"b", {}}, {"c", {{"d", {}}}}}}, {"e", {{"f", {}}}}};
    EXPECT_EQ(treeText(nodes, 2, kPlain),
              "  ├─a\n"
              "  │ ├─b\n"
              "  │ └─c\n"
              "  │   └─d\n"
              "  └─e\n"
              "    └─f\n");
    EXPECT_EQ(treeText(nodes, 0, kAscii),
              "|-a\n"
              "| |-b\n"
              "| `-c\n"
              "|   `-d\n"
              "`-e\n"
              "  `-f\n");
}

TEST(CliRender, ShortensByCharactersAndNotByBytes) {
    EXPECT_EQ(shortened("größer", 6), "größer");
    EXPECT_EQ(shortened("größere", 6), "grö...");
    EXPECT_EQ(shortened("abc", 2), "..");
    EXPECT_EQ(shortened("abc", 0), "");
}

TEST(CliLog, LinesAreThoseOfJournalctlWithTheInstanceInTheHostsPlace) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    LogLine line;
    line.usec = 1'772'445'600'000'000;
    line.instance = "/web.3";
    line.identifier = "nginx";
    line.pid = "42";
    line.message = "one\ntwo";
    EXPECT_EQ(shortLine(line, kPlain),
              "Mar 02 10:00:00 /web.3 nginx[42]: one\n"
              "                                  two\n");
    line.instance = line.identifier = line.pid = "";
    line.message = "";
    EXPECT_EQ(shortLine(line, kPlain), "Mar 02 10:00:00 unknown: \n");
}

TEST(CliLog, TextCannotSteerTheTerminal) {
    EXPECT_EQ(terminalText("\033[1;31mred\033[0m \033[2J \033]0;title\a"), "red \\x1b[2J \\x1b]0;title\\x07");
    EXPECT_EQ(terminalText("a\tb"), "a       b");
    EXPECT_EQ(terminalText("\033["), "\\x1b[");
    EXPECT_EQ(terminalText("\xff\xe2\x80\xae"), "\\xff\\xe2\\x80\\xae");
    EXPECT_EQ(terminalText("größer"), "größer");
}

TEST(CliProblem, IsShownAsCompilersDo) {
    const DefinitionFile file{.name = "web.json", .text = "{\n\t\"id\": \"Web\"\n}\n", .pod = "", .problems = {}};
    const Problem problem{
        .severity = Problem::Severity::error, .pointer = "/id", .what = "is bad", .line = 2, .column = 8};
    EXPECT_EQ(problemText(problem, file, kPlain),
              "web.json:2:8: error: /id: is bad\n"
              "    2 |  \"id\": \"Web\"\n"
              "      |        ^\n");
}

TEST(CliProblem, WithoutAPlaceHasNoExcerpt) {
    const DefinitionFile file{.name = "web.json", .text = "{}", .pod = "", .problems = {}};
    EXPECT_EQ(problemText({.severity = Problem::Severity::warning, .pointer = "", .what = "odd"}, file, kPlain),
              "web.json: warning: odd\n");
    for (const auto& [line, column] : {std::pair{9U, 1U}, std::pair{1U, 99U}, std::pair{1U, 0U}}) {
        const Problem problem{
            .severity = Problem::Severity::error, .pointer = "", .what = "x", .line = line, .column = column};
        EXPECT_EQ(problemText(problem, file, kPlain).find('|'), std::string::npos) << line << ' ' << column;
    }
}

TEST(CliErrors, NameThePodOnce) {
    EXPECT_EQ(aboutPod("/web", "no"), "pod '/web': no");
    EXPECT_EQ(aboutPod("/web", "pod '/web': container 'db': no"), "pod '/web': container 'db': no");
}

}  // namespace
}  // namespace podd::cli
