// SPDX-License-Identifier: LGPL-2.1-or-later
// Changes as podctl prints them.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "cli/diff_text.h"
#include "cli/render.h"

namespace podd::cli {
namespace {

using Kind = Change::Kind;

constexpr Style kPlain{.colour = false, .unicode = true};
constexpr Style kAscii{.colour = false, .unicode = false};
constexpr Style kColour{.colour = true, .unicode = true};

const Change kImage{Kind::changed, "/containers/db/image/id", R"("postgres:15")", R"("postgres:16")"};
const Change kLabel{Kind::added, "/labels/a", "", R"("b")"};
const Change kUser{Kind::removed, "/user", R"("www-data")", ""};

TEST(CliDiff, HasALineForEachChange) {
    EXPECT_EQ(changesText({kImage, kLabel, kUser}, kPlain),
              "  ~ /containers/db/image/id: \"postgres:15\" → \"postgres:16\"\n"
              "  + /labels/a: \"b\"\n"
              "  - /user: \"www-data\"\n");
    EXPECT_EQ(changesText({kImage}, kAscii), "  ~ /containers/db/image/id: \"postgres:15\" -> \"postgres:16\"\n");
    EXPECT_EQ(changesText({{Kind::changed, "", "[]", "{}"}}, kPlain), "  ~ /: [] → {}\n");
    EXPECT_EQ(changesText({}, kPlain), "");
}

TEST(CliDiff, PaintsOnlyWhereColoursAre) {
    EXPECT_EQ(changesText({kLabel, kUser, kImage}, kPlain).find('\033'), std::string::npos);
    const std::vector<std::string> lines = split(changesText({kLabel, kUser, kImage}, kColour), '\n');
    EXPECT_TRUE(lines[0].starts_with("  \033[0;1;32m+")) << lines[0];
    EXPECT_TRUE(lines[1].starts_with("  \033[0;1;31m-")) << lines[1];
    EXPECT_TRUE(lines[2].starts_with("  \033[0;1;33m~")) << lines[2];
}

TEST(CliDiff, LetsNothingOfADefinitionSteerTheTerminal) {
    const Change nasty{Kind::changed, "/labels/\033[2J\n", "\"\u202e\x7f\"", "\"\x9b\""};
    for (const std::string& text : {changesText({nasty}, kPlain), changesSummary({nasty}, 60, kPlain),
                                    changesSummary({nasty, nasty}, 60, kPlain)}) {
        EXPECT_EQ(text.find_first_of("\033\x7f\x9b"), std::string::npos) << text;
        EXPECT_EQ(text.find("\u202e"), std::string::npos) << text;
        EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 1) << text;
        EXPECT_NE(text.find("\\x1b[2J"), std::string::npos) << text;
    }
}

TEST(CliDiff, ShowsOfLongValuesWhatIsDifferent) {
    const std::string front(500, 'f');
    const std::string back(500, 'b');
    const auto shown = [&](const std::string& before, const std::string& after, const Style& style = kPlain) {
        return changesText({{Kind::changed, "/x", before, after}}, style);
    };
    const std::string f(24, 'f');
    const std::string b(24, 'b');
    EXPECT_EQ(shown(front + "1" + back, front + "22" + back), cat("  ~ /x: …", f, "1", b, "… → …", f, "22", b, "…\n"));
    EXPECT_EQ(shown(front, front + "1"), cat("  ~ /x: …", f, " → …", f, "1\n"));
    EXPECT_EQ(shown("1" + back, back), cat("  ~ /x: 1", b, "… → ", b, "…\n"));
    EXPECT_EQ(shown(front + "1", front + "2", kAscii), cat("  ~ /x: ...", f, "1 -> ...", f, "2\n"));
    EXPECT_EQ(shown(front, back), cat("  ~ /x: ", front, " → ", back, "\n")) << "nothing is the same";
    std::string umlauts;
    for (int i = 0; i < 200; ++i)
        umlauts += "ä";
    EXPECT_EQ(shown(umlauts + "x1", umlauts + "x2").find("\\x"), std::string::npos) << "characters stay whole";
    EXPECT_EQ(shown(umlauts + "ä", umlauts + "ö").find("\\xa4\""), std::string::npos);
}

TEST(CliDiff, SumsUpInOneLine) {
    EXPECT_EQ(changesSummary({kImage}, 60, kPlain), "~ /containers/db/image/id: \"postgres:15\" → \"postgres:16\"");
    EXPECT_EQ(changesSummary({kImage}, 50, kPlain), "~ /containers/db/image/id");
    EXPECT_EQ(changesSummary({kImage, kLabel, kUser}, 60, kPlain), "~ /containers/db/image/id, + /labels/a, - /user");
    EXPECT_EQ(changesSummary({kImage, kLabel, kUser}, 40, kPlain), "~ /containers/db/image/id and 2 more");
    EXPECT_EQ(changesSummary({kLabel, kUser, kImage}, 40, kPlain), "+ /labels/a, - /user and 1 more");
    EXPECT_EQ(changesSummary({}, 60, kPlain), "");
    const Change deep{Kind::changed, "/" + std::string(100, 'x'), "1", "2"};
    for (const size_t count : {1u, 2u, 30u}) {
        const std::string text = changesSummary(std::vector<Change>(count, deep), 60, kPlain);
        EXPECT_EQ(columns(text), 60U) << text;
        EXPECT_NE(text.find("..."), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace podd::cli
