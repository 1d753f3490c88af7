// SPDX-License-Identifier: LGPL-2.1-or-later
// Definitions in files, each with the verdict that it has to get: our own in tests/definitions, with the pointer and a
// part of the rule, and those of the directory that PODD_CORPUS names, or else of shared/corpus beside the project.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/strings.h"
#include "model/pod_spec_json.h"

using namespace podd;

namespace {

using Row = std::vector<std::string>;

// The rows of a directory's expected.tsv, by file.
std::map<std::string, std::vector<Row>> expected(const std::string& directory) {
    std::map<std::string, std::vector<Row>> files;
    for (const std::string& line : split(readFile(directory + "/expected.tsv"), '\n'))
        if (Row row = split(line, '\t'); !line.empty() && !line.starts_with('#'))
            files[row.front()].push_back(std::move(row));
    return files;
}

std::vector<Problem> withoutNotes(std::vector<Problem> problems) {
    std::erase_if(problems, [](const Problem& problem) { return problem.severity == Problem::Severity::note; });
    return problems;
}

std::string listed(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems)
        text += "\n  " + describe(problem, "");
    return text;
}

void expectRoundTrip(const PodSpec& spec, const std::string& file) {
    const std::string canonical = canonicalJson(spec);
    const ParsedPod again = parsePod(canonical, /* strict = */ true);
    EXPECT_TRUE(again.ok()) << file << listed(again.problems);
    EXPECT_EQ(again.spec, spec) << file;
    EXPECT_EQ(canonicalJson(again.spec), canonical) << file;
}

// `rows`: file, verdict, pointer, part of the rule; one for each problem.
void expectProblems(const std::string& file, const ParsedPod& parsed, const std::vector<Row>& rows) {
    std::vector<Problem> problems = withoutNotes(parsed.problems);
    for (const Row& row : rows) {
        ASSERT_EQ(row.size(), 4U) << file;
        ASSERT_TRUE(row[1] == "accept" || row[1] == "warn" || row[1] == "refuse") << file;
        EXPECT_EQ(parsed.ok(), row[1] != "refuse") << file << listed(problems);
        if (row[1] == "accept")
            continue;
        const auto severity = row[1] == "warn" ? Problem::Severity::warning : Problem::Severity::error;
        const auto found = std::find_if(problems.begin(), problems.end(), [&](const Problem& problem) {
            return problem.severity == severity && problem.pointer == row[2] &&
                   problem.what.find(row[3]) != std::string::npos;
        });
        ASSERT_NE(found, problems.end()) << file << ": no " << row[2] << ": " << row[3] << listed(problems);
        EXPECT_GT(found->line, 0U) << file;
        problems.erase(found);
    }
    EXPECT_TRUE(problems.empty()) << file << " has more than is expected:" << listed(problems);
}

TEST(Corpus, OurOwnDefinitions) {
    const std::string directory = PODD_TEST_CORPUS;
    const auto files = expected(directory);
    EXPECT_GE(files.size(), 120U);
    for (const auto& [file, rows] : files) {
        const ParsedPod parsed = parsePod(readFile(directory + "/" + file));
        EXPECT_EQ(parsed.ok(), file.starts_with("valid/")) << file;
        expectProblems(file, parsed, rows);
        if (parsed.ok())
            expectRoundTrip(parsed.spec, file);
    }
}

TEST(Corpus, EveryFileOfOursHasAVerdict) {
    const auto files = expected(PODD_TEST_CORPUS);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(PODD_TEST_CORPUS)) {
        const std::string file = std::filesystem::relative(entry.path(), PODD_TEST_CORPUS).string();
        EXPECT_TRUE(!file.ends_with(".json") || files.contains(file)) << file;
    }
}

// Where podd decides for itself, by file, and why.
const std::map<std::string, std::string> kOurDecisions = {
    {"valid/107-built-unreachable-any-string.json",
     "unreachableStrategy is an object or the word disabled; Marathon takes any word for disabled"},
    {"valid/110-built-persistent-missing-size.json",
     "a persistent volume without its size is refused; Marathon silently makes an ephemeral one of it"},
};

TEST(Corpus, TheVerdictsOfTheDirectoryThatIsGiven) {
    const char* given = std::getenv("PODD_CORPUS");
    const std::string directory = given != nullptr ? given : PODD_TEST_CORPUS "/../../../shared/corpus";
    if (!std::filesystem::exists(directory + "/expected.tsv"))
        GTEST_SKIP() << "there is no " << directory << "/expected.tsv; PODD_CORPUS names another directory";
    const auto files = expected(directory);
    EXPECT_FALSE(files.empty());
    for (const auto& [file, rows] : files) {
        const ParsedPod parsed = parsePod(readFile(directory + "/" + file));
        const bool accepted = rows.front().at(1).starts_with("ACCEPT");
        if (const auto decision = kOurDecisions.find(file); decision != kOurDecisions.end())
            EXPECT_EQ(parsed.ok(), !accepted) << file << " is listed as different: " << decision->second;
        else
            EXPECT_EQ(parsed.ok(), accepted) << file << listed(parsed.problems);
        if (parsed.ok())
            expectRoundTrip(parsed.spec, file);
    }
}

}  // namespace
