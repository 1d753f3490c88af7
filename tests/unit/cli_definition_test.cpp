// SPDX-License-Identifier: LGPL-2.1-or-later
// Problems of files as podctl prints them, with the line and a caret.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "cli/definition_file.h"

namespace podd::cli {
namespace {

constexpr Style kPlain{.colour = false, .unicode = true};

// What is printed below the first line for a problem at this place.
std::string excerpt(const std::string& text, unsigned line, unsigned column) {
    const DefinitionFile file{.name = "web.json", .text = text, .pod = "", .problems = {}};
    const Problem problem{.pointer = "/id", .what = "no", .line = line, .column = column};
    const std::string shown = problemText(problem, file, kPlain);
    return shown.substr(shown.find('\n') + 1);
}

TEST(CliDefinition, NamesFilePlacePointerRuleAndSuggestion) {
    const DefinitionFile file{.name = "web.json", .text = "{\n  \"id\": 1\n}", .pod = "", .problems = {}};
    const Problem problem{.severity = Problem::Severity::warning,
                          .pointer = "/id",
                          .what = "must be a string",
                          .line = 2,
                          .column = 9,
                          .value = "1",
                          .suggestion = "write \"1\""};
    const std::vector<std::string> lines = split(problemText(problem, file, kPlain), '\n');
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_TRUE(lines[0].starts_with("web.json:2:9: warning: /id: must be a string")) << lines[0];
    EXPECT_TRUE(lines[0].ends_with("; write \"1\"")) << lines[0];
    EXPECT_EQ(lines[1], "    2 |   \"id\": 1");
    EXPECT_EQ(lines[2], "      |         ^");
}

TEST(CliDefinition, ShowsTheLineWhereverThePlaceIs) {
    EXPECT_EQ(excerpt("{\n", 2, 1), "    2 | \n      | ^\n") << "the end of a text that is not complete";
    EXPECT_EQ(excerpt("{\"a\": ", 1, 7), "    1 | {\"a\": \n      |       ^\n");
    EXPECT_EQ(excerpt("{\r\n  x\r\n", 2, 3), "    2 |   x\n      |   ^\n");
    EXPECT_EQ(excerpt("\t\tx", 1, 3), "    1 |   x\n      |   ^\n");
    EXPECT_EQ(excerpt("\"\u00e4\" x", 1, 6), "    1 | \"\u00e4\" x\n      |     ^\n");
    EXPECT_EQ(excerpt("\033[2J x", 1, 6), "    1 | \\x1b[2J x\n      |         ^\n");
    EXPECT_EQ(excerpt("x", 1, 3), "");
    EXPECT_EQ(excerpt("x", 0, 0), "");
    EXPECT_EQ(excerpt("x", 7, 1), "");
}

TEST(CliDefinition, ShowsOfALongLineWhatIsAroundThePlace) {
    const std::string front(100'000, 'f');
    const std::string back(100'000, 'b');
    EXPECT_EQ(excerpt(front + "X" + back, 1, 100'001),
              cat("    1 | ...", std::string(60, 'f'), 'X', std::string(99, 'b'), "...\n      | ", std::string(63, ' '),
                  "^\n"));
    std::string umlauts;
    for (int i = 0; i < 1000; ++i)
        umlauts += "\u00e4";
    EXPECT_EQ(excerpt("x" + umlauts + "Y" + umlauts, 1, 2002).find("\\x"), std::string::npos)
        << "characters stay whole";
}

}  // namespace
}  // namespace podd::cli
