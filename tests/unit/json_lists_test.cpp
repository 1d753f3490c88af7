// SPDX-License-Identifier: LGPL-2.1-or-later
// The lists of texts in json/: what every reader of JSON accepts, what none does, and what podd does where readers
// differ. The files say how they are written.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/strings.h"
#include "model/json_text.h"
#include "model/pod_spec_json.h"

using namespace podd;

namespace {

// What stands between '<' and '>': a byte in hexadecimal, or N*x.
std::string expandedItem(std::string_view item) {
    const size_t star = item.find('*');
    if (star == std::string_view::npos)
        return {static_cast<char>(std::stoi(std::string(item), nullptr, 16))};
    std::string out;
    for (uint64_t n = parseUnsigned(item.substr(0, star)).value_or(0); n > 0; --n)
        out += item.substr(star + 1);
    return out;
}

std::string expanded(const std::string& text) {
    static const std::regex kItem("<([0-9A-F]{2}|[0-9]+[*][^>]*)>");
    std::string out;
    size_t end = 0;
    for (std::sregex_iterator each(text.begin(), text.end(), kItem), last; each != last; ++each) {
        const auto at = static_cast<size_t>(each->position());
        out += text.substr(end, at - end) + expandedItem(each->str(1));
        end = at + static_cast<size_t>(each->length());
    }
    return out + text.substr(end);
}

// The rows of a list, each with its columns; the last one is the text.
std::vector<std::vector<std::string>> rows(const std::string& list, size_t columns) {
    std::vector<std::vector<std::string>> rows;
    for (const std::string& line : split(readFile(std::string(PODD_TEST_JSON "/") + list), '\n')) {
        if (line.empty() || line.starts_with("# "))
            continue;
        rows.push_back(split(line, '\t'));
        EXPECT_EQ(rows.back().size(), columns) << line;
        rows.back().resize(columns);
        rows.back().back() = expanded(rows.back().back());
    }
    return rows;
}

void expectAccepted(const std::string& text, const std::string& name) {
    const JsonCheck check = checkJson(text);
    EXPECT_TRUE(check.whole && check.problems.empty()) << name << ": " << check.problems.front().what;
    const ParsedPod parsed = parsePod(text);
    EXPECT_FALSE(parsed.ok()) << name << " is no pod";
    for (const Problem& problem : parsed.problems) {
        const bool schema = problem.what.starts_with("must be an object") || problem.what.ends_with("is missing") ||
                            problem.what.starts_with("unknown field");
        EXPECT_TRUE(schema) << name << ": " << problem.what;
    }
}

// `where`: line and column, perhaps a pointer.
void expectRefused(const std::string& text, const std::string& where, const std::string& reason) {
    const JsonCheck check = checkJson(text);
    ASSERT_EQ(check.problems.size(), 1U) << where << ' ' << reason;
    const Problem& problem = check.problems.front();
    const std::string place =
        cat(problem.line, ':', problem.column, problem.pointer.empty() ? "" : " ", problem.pointer);
    const std::string name = printable(std::string_view(text).substr(0, 80));
    EXPECT_EQ(place, where) << name << ": " << problem.what;
    EXPECT_NE(problem.what.find(reason), std::string::npos) << name << ": " << problem.what;
    EXPECT_EQ(check.whole, reason.starts_with("duplicate")) << name;
    EXPECT_FALSE(parsePod(text).ok()) << name;
}

TEST(JsonLists, WhatEveryReaderAccepts) {
    const auto list = rows("accept.txt", 1);
    EXPECT_GE(list.size(), 95U);
    for (const auto& row : list)
        expectAccepted(row[0], row[0]);
}

TEST(JsonLists, WhatNoReaderAccepts) {
    const auto list = rows("refuse.txt", 3);
    EXPECT_GE(list.size(), 188U);
    for (const auto& row : list)
        expectRefused(row[2], row[0], row[1]);
}

TEST(JsonLists, WhatReadersDifferAbout) {
    const auto list = rows("either.txt", 4);
    EXPECT_GE(list.size(), 35U);
    for (const auto& row : list) {
        EXPECT_FALSE(row[1].empty()) << "a verdict has a reason: " << row[3];
        if (row[0] == "accept")
            expectAccepted(row[3], row[3]);
        else
            expectRefused(row[3], row[0], row[2]);
    }
}

TEST(JsonLists, HaveEachTextOnce) {
    std::vector<std::string> texts;
    for (const auto& [list, columns] : {std::pair{"accept.txt", 1}, {"refuse.txt", 3}, {"either.txt", 4}})
        for (const auto& row : rows(list, static_cast<size_t>(columns)))
            texts.push_back(row.back());
    std::sort(texts.begin(), texts.end());
    const auto twice = std::adjacent_find(texts.begin(), texts.end());
    EXPECT_EQ(twice, texts.end()) << printable(*twice);
}

}  // namespace
