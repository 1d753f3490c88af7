// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/json_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

using namespace podd;

namespace {

TEST(JsonText, AllowsThirtyTwoLevelsAndNoMore) {
    const auto nested = [](size_t depth, const std::string& open, const std::string& close) {
        std::string text;
        for (size_t i = 0; i < depth; ++i)
            text += open;
        text += "0";
        for (size_t i = 0; i < depth; ++i)
            text += close;
        return text;
    };
    EXPECT_TRUE(checkJson(nested(32, "[", "]")).problems.empty());
    EXPECT_TRUE(checkJson(nested(32, "{\"a\":", "}")).problems.empty());
    for (const size_t depth : {size_t{33}, size_t{1000}, size_t{100000}}) {
        const JsonCheck lists = checkJson(nested(depth, "[", "]"));
        ASSERT_EQ(lists.problems.size(), 1U);
        EXPECT_EQ(lists.problems[0].what, "nested too deep: at most 32 levels are allowed");
        EXPECT_EQ(lists.problems[0].column, 33U);
        EXPECT_FALSE(lists.whole);
        const size_t objects = std::min<size_t>(depth, 40000);
        EXPECT_EQ(checkJson(nested(objects, "{\"a\":", "}")).problems[0].what, lists.problems[0].what);
    }
}

TEST(JsonText, RefusesLongTextsBeforeReadingThem) {
    EXPECT_TRUE(checkJson(std::string(kMaxJsonSize - 2, ' ') + "{}").problems.empty());
    const JsonCheck check = checkJson(std::string(kMaxJsonSize + 1, '['));
    ASSERT_EQ(check.problems.size(), 1U);
    EXPECT_EQ(check.problems[0].what, "the definition is 262145 bytes long, at most 262144 are allowed");
    EXPECT_EQ(check.problems[0].line, 0U);
}

TEST(JsonText, BoundsTheNumberOfValues) {
    const auto zeros = [](size_t count) {
        std::string text = "[0";
        for (size_t i = 1; i < count; ++i)
            text += ",0";
        return text + "]";
    };
    EXPECT_TRUE(checkJson(zeros(kMaxJsonValues - 1)).whole);
    const JsonCheck check = checkJson(zeros(kMaxJsonValues));
    ASSERT_EQ(check.problems.size(), 1U);
    EXPECT_EQ(check.problems[0].what, "too many values: at most 32768 are allowed");
    EXPECT_FALSE(check.whole);
}

TEST(JsonText, ReportsDuplicatesTogetherWithTheErrorThatFollows) {
    const JsonCheck check = checkJson("{\"a\":1,\"a\":2,\"a\":3,]");
    ASSERT_EQ(check.problems.size(), 3U);
    EXPECT_EQ(check.problems[1].column, 14U);
    EXPECT_NE(check.problems[1].what.find("column 2"), std::string::npos);
    EXPECT_NE(check.problems[2].what.find("expected a key"), std::string::npos);
    EXPECT_FALSE(check.whole);
}

TEST(JsonText, BoundsTheNumberOfDuplicates) {
    std::string text = "{\"a\":0";
    for (int i = 0; i < 1000; ++i)
        text += ",\"a\":0";
    EXPECT_EQ(checkJson(text + "}").problems.size(), 16U);
}

TEST(JsonText, CountsLinesAndColumnsInBytes) {
    const std::string text =
        "ab\n\nc\xC3\xA9"
        "d\r\ne";
    const LineIndex lines(text);
    const auto at = [&](size_t offset) {
        const TextPosition position = lines.at(offset);
        return std::to_string(position.line) + ":" + std::to_string(position.column);
    };
    EXPECT_EQ(at(0), "1:1");
    EXPECT_EQ(at(2), "1:3");
    EXPECT_EQ(at(3), "2:1");
    EXPECT_EQ(at(4), "3:1");
    EXPECT_EQ(at(text.find('d')), "3:4");
    EXPECT_EQ(at(text.size()), "4:2");
}

TEST(JsonText, FindsTheKeyOfAValue) {
    const std::string text = R"({"plain": 1, "with \"quotes\"\\" :"2", "":3})";
    EXPECT_EQ(keyOffset(text, text.find('1')), text.find("\"plain"));
    EXPECT_EQ(keyOffset(text, text.find("\"2\"")), text.find("\"with"));
    EXPECT_EQ(keyOffset(text, text.find('3')), text.find("\"\":3"));
}

TEST(JsonText, WritesPointersNumbersAndExcerpts) {
    EXPECT_EQ(pointerTo("/a", "b/c~d"), "/a/b~1c~0d");
    EXPECT_EQ(pointerTo("", size_t{3}), "/3");
    EXPECT_EQ(jsonNumber(3), "3");
    EXPECT_EQ(jsonNumber(0.1), "0.1");
    EXPECT_EQ(jsonNumber(100000), "100000");
    EXPECT_EQ(jsonNumber(1073741824), "1073741824");
    EXPECT_EQ(jsonNumber(0.000001), "0.000001");
    EXPECT_EQ(jsonNumber(1e-300), "1e-300");
    EXPECT_EQ(jsonNumber(0), "0");
    EXPECT_EQ(shown("a\nb"), "'a\\x0ab'");
    EXPECT_EQ(shown(std::string(60, 'a')), "'" + std::string(60, 'a') + "'");
    EXPECT_EQ(shown(std::string(61, 'a')), "'" + std::string(60, 'a') + "...'");
    EXPECT_EQ(shown(std::string(59, 'a') + "\xC3\xA9\xC3\xA9"), "'" + std::string(59, 'a') + "...'");
}

}  // namespace
