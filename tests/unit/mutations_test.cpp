// SPDX-License-Identifier: LGPL-2.1-or-later
// Every field of the format, changed in every way that somebody could think of: each change is refused at the field, or
// accepted because the field takes it. What a field takes is in format_table.h; what podd says about other fields is in
// the table of consequences here, with the reason.
#include "mutations.h"

#include <gtest/gtest.h>
#include <json/reader.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/strings.h"
#include "format_table.h"
#include "model/json_text.h"
#include "model/pod_spec_json.h"

using namespace podd;
using namespace podd::testing;

namespace {

using Kind = Mutation::Kind;

// A change that a field takes can break a rule between it and others, which are then reported.
struct Consequence {
    const char* changed;   // the beginning of the pattern of the changed field
    const char* reported;  // the beginning of the pattern of what is reported
    const char* reason;
};

const Consequence kConsequences[] = {
    {"/containers/#/check", "/containers/#/check", "one way to ask, and a timeout below the interval"},
    {"/containers/#/healthCheck", "/containers/#/healthCheck", "one way to ask, and a timeout below the interval"},
    {"/containers/#/endpoints", "/containers/#/check", "a check asks an endpoint"},
    {"/containers/#/endpoints", "/containers/#/healthCheck", "a health check asks an endpoint"},
    {"/containers/#/exec/command", "/containers/#/exec/command", "a shell line or arguments"},
    {"/containers/#/linuxInfo/seccomp", "/containers/#/linuxInfo/seccomp", "a profile, or unconfined"},
    {"/containers/#/linuxInfo/ipcInfo/mode", "/containers/#/linuxInfo/ipcInfo/shmSize", "a size of one's own memory"},
    {"/linuxInfo/ipcInfo/mode", "/linuxInfo/ipcInfo/shmSize", "a size of one's own memory"},
    {"/containers/#/resources", "/containers/#/resourceLimits", "a limit is not below the request"},
    {"/containers/#/resources", "/containers", "the sums are bounded"},
    {"/executorResources", "/containers", "the sums are bounded"},
    {"/containers/#/volumeMounts", "/volumes/#", "a volume is mounted somewhere"},
    {"/legacySharedCgroups", "/containers/#/resourceLimits", "no limits in a shared control group"},
    {"/linuxInfo/ipAddressDeny", "/linuxInfo/ipAddressAllow", "what is allowed beside what is denied"},
    {"/networks", "/networks", "what goes together, and what each mode has"},
    {"/networks", "/containers/#/endpoints", "the ports and networks of an endpoint"},
    {"/scheduling/placement/constraints", "/scheduling/placement/constraints", "an operator and its value"},
    {"/role", "/scheduling/placement/acceptedResourceRoles", "the pod's own role"},
    {"/secrets", "/", "references to secrets"},
    {"/volumes", "/containers/#/volumeMounts", "references to volumes"},
    {"/volumes", "/scheduling", "what pods with data may not do"},
    {"/volumes/#/persistent", "/volumes/#/persistent", "a size and its maximum, a type and its options"},
    {"/scheduling", "/scheduling", "what pods with data may not do"},
};

bool read(const std::string& text, Json::Value& value) {
    Json::CharReaderBuilder builder;
    Json::CharReaderBuilder::strictMode(&builder.settings_);
    builder["strictRoot"] = false;
    const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
    return reader->parse(text.data(), text.data() + text.size(), &value, nullptr);
}

bool isBelow(const std::string& pointer, const std::string& above) {
    return pointer == above || pointer.starts_with(above + "/");
}

// The number of letters to insert, remove or replace, whatever their case.
size_t edits(const std::string& a, const std::string& b) {
    std::vector<std::vector<size_t>> table(a.size() + 1, std::vector<size_t>(b.size() + 1));
    for (size_t i = 0; i <= a.size(); ++i)
        for (size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                table[i][j] = i + j;
                continue;
            }
            const bool same = std::tolower(static_cast<unsigned char>(a[i - 1])) ==
                              std::tolower(static_cast<unsigned char>(b[j - 1]));
            table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (same ? 0 : 1)});
        }
    return table[a.size()][b.size()];
}

bool looksLike(const std::string& key, const std::vector<std::string>& fields) {
    return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) {
        return edits(key, field) < std::min({size_t{3}, key.size(), field.size()});
    });
}

class Judge {
public:
    void operator()(const Mutation& mutation) {
        mutation_ = &mutation;
        pattern_ = patternOf(mutation.pointer);
        parsed_ = parsePod(mutation.text);
        std::erase_if(parsed_.problems, [](const Problem& p) { return p.severity == Problem::Severity::note; });
        const std::string objection = verdict();
        ++outcomes_[parsed_.ok() ? "accepted" : "refused"];
        if (objection.empty())
            return;
        std::string problems;
        for (const Problem& problem : parsed_.problems)
            problems += "\n    " + describe(problem, "");
        if (++failures_ <= 40) {
            ADD_FAILURE() << mutation.name() << ": " << objection << problems;
        }
    }
    size_t failures() const { return failures_; }
    size_t count(const std::string& outcome) { return outcomes_[outcome]; }

private:
    std::string verdict() {
        switch (mutation_->kind) {
            case Kind::value: return ofValue();
            case Kind::key: return ofKey();
            case Kind::twice: return refusedAt(mutation_->pointer, "duplicate key");
            case Kind::removed: return ofAbsence(mutation_->pointer);
            case Kind::added: return ofAddition();
        }
        return "?";
    }

    std::string ofValue() {
        const JsonCheck check = checkJson(mutation_->text);
        if (!check.whole)
            return brokenAtPlace();
        Json::Value value;
        if (!read(mutation_->raw, value))
            return "the test does not read it";
        const FieldRule& rule = formatTable().at(pattern_);
        if (value.isNull() && !rule.required && !pattern_.empty())
            return ofAbsence(mutation_->pointer);
        switch (verdictOf(rule, value)) {
            case Verdict::refused: return refusedAt(mutation_->pointer, "");
            case Verdict::either: return onlyConsequences() ? "" : "reported elsewhere";
            case Verdict::taken: break;
        }
        return onlyConsequences() ? "" : "refused though the field takes it";
    }

    // Not JSON, or a character or a number that is in no definition: one problem, at the change or in it.
    std::string brokenAtPlace() {
        if (parsed_.ok() || parsed_.problems.size() != 1)
            return "not one problem";
        const Problem& problem = parsed_.problems.front();
        const size_t column = problem.column - 1;
        const size_t end = mutation_->offset + mutation_->raw.size() + 1;
        const bool near = problem.line == 1 && column >= mutation_->offset && column <= end;
        if (!near && mutation_->raw.find('\n') == std::string::npos)
            return "reported at another place";
        return problem.pointer.empty() || problem.pointer == mutation_->pointer ? "" : "another pointer";
    }

    std::string ofAbsence(const std::string& pointer) {
        if (patternOf(pointer).ends_with("/*") || !formatTable().at(patternOf(pointer)).required)
            return onlyConsequences() ? "" : "refused though nothing requires it";
        return refusedAt(pointer, "");
    }

    std::string ofKey() {
        const std::string parent = mutation_->pointer.substr(0, mutation_->pointer.rfind('/'));
        if (pattern_.ends_with("/*"))
            return "";  // a name that is free to choose, or refused by rules that other tests have
        Json::Value key;
        (void)read(mutation_->raw, key);
        const std::vector<std::string> fields = fieldsOf(patternOf(parent));
        if (std::find(fields.begin(), fields.end(), key.asString()) != fields.end())
            return "";  // another field's name
        const std::string pointer = pointerTo(parent, key.asString());
        const auto severity = looksLike(key.asString(), fields) ? Problem::Severity::error : Problem::Severity::warning;
        const auto found = std::find_if(parsed_.problems.begin(), parsed_.problems.end(), [&](const Problem& problem) {
            return problem.pointer == pointer && problem.severity == severity;
        });
        if (found == parsed_.problems.end())
            return severity == Problem::Severity::error ? "no error for the key" : "no warning for the key";
        if (found->column != mutation_->offset + 1 || !found->what.starts_with("unknown field"))
            return "another place or reason";
        parsed_.problems.erase(found);
        if (severity == Problem::Severity::warning)
            return ofAbsence(mutation_->pointer);
        std::vector<std::string> others = fields;
        std::erase(others, pattern_.substr(pattern_.rfind('/') + 1));
        const bool other = looksLike(key.asString(), others);  // then this one is missing, besides
        return parsed_.problems.empty() || (other && onlyConsequences()) ? "" : "reported elsewhere, too";
    }

    std::string ofAddition() {
        if (mutation_->raw.find("u0000") != std::string::npos)
            return brokenAtPlace();
        if (formatTable().contains(pattern_ + "/*"))
            return onlyBelow(mutation_->pointer) ? "" : "reported elsewhere";
        if (!parsed_.ok() || parsed_.problems.size() != 1)
            return "not one warning";
        if (parsed_.problems.front().column != mutation_->offset + 1)
            return "another place";
        return parsePod(mutation_->text, /* strict = */ true).ok() ? "accepted by --strict" : "";
    }

    // Refused, by the field itself, and nothing else is said.
    std::string refusedAt(const std::string& pointer, const std::string& reason) {
        if (parsed_.ok())
            return "accepted";
        const bool said = std::any_of(parsed_.problems.begin(), parsed_.problems.end(), [&](const Problem& problem) {
            return problem.pointer == pointer && problem.what.starts_with(reason);
        });
        if (!said)
            return "not refused at " + pointer;
        return onlyBelow(pointer) ? "" : "reported elsewhere, too";
    }

    bool onlyBelow(const std::string& pointer) const {
        return std::all_of(parsed_.problems.begin(), parsed_.problems.end(),
                           [&](const Problem& problem) { return isBelow(problem.pointer, pointer); });
    }

    // Of a change that the field takes: nothing, something about the field itself, or about one that depends on it.
    bool onlyConsequences() const {
        return std::all_of(parsed_.problems.begin(), parsed_.problems.end(), [&](const Problem& problem) {
            if (isBelow(problem.pointer, mutation_->pointer))
                return true;
            const std::string reported = patternOf(problem.pointer);
            return std::any_of(std::begin(kConsequences), std::end(kConsequences), [&](const Consequence& each) {
                return pattern_.starts_with(each.changed) && reported.starts_with(each.reported);
            });
        });
    }

    const Mutation* mutation_ = nullptr;
    std::string pattern_;
    ParsedPod parsed_;
    size_t failures_ = 0;
    std::map<std::string, size_t> outcomes_;
};

Json::Value definition(const std::string& file) {
    Json::Value value;
    EXPECT_TRUE(read(readFile(std::string(PODD_TEST_CORPUS "/valid/") + file), value));
    return value;
}

void collect(const Json::Value& value, const std::string& pointer, std::set<std::string>& patterns) {
    patterns.insert(patternOf(pointer));
    for (auto each = value.begin(); each != value.end(); ++each)
        collect(*each, value.isObject() ? pointerTo(pointer, each.name()) : pointerTo(pointer, size_t{each.index()}),
                patterns);
}

const char* const kBases[] = {"every-field.json", "every-field-on-the-host.json"};

TEST(Mutations, BeginWithEveryFieldOfTheFormat) {
    std::set<std::string> patterns;
    for (const char* base : kBases)
        collect(definition(base), "", patterns);
    for (const auto& [pattern, rule] : formatTable())
        EXPECT_TRUE(patterns.contains(pattern) || pattern.find("/argv") != std::string::npos) << pattern;
}

#if defined(__SANITIZE_ADDRESS__) || !defined(NDEBUG)
constexpr size_t kStep = 10;  // such builds are slow: every tenth
#else
constexpr size_t kStep = 1;
#endif

TEST(Mutations, AreRefusedAtTheirFieldOrTaken) {
    Judge judge;
    size_t seen = 0;
    size_t count = 0;
    for (const char* base : kBases)
        count += mutate(definition(base), [&](const Mutation& mutation) {
            if (seen++ % kStep == 0)
                judge(mutation);
        });
    EXPECT_GE(count, 20'000U);
    EXPECT_EQ(judge.failures(), 0U);
    RecordProperty("mutations", std::to_string(count));
    RecordProperty("refused", std::to_string(judge.count("refused")));
    RecordProperty("accepted", std::to_string(judge.count("accepted")));
}

}  // namespace
