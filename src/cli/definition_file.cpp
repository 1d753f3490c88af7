// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/definition_file.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>

#include "base/file.h"
#include "base/strings.h"
#include "cli/render.h"
#include "model/pod_spec_json.h"

namespace podd::cli {

namespace {

constexpr size_t kWidestExcerpt = 160;  // bytes; a definition may well be one line
constexpr size_t kBeforeCaret = 60;     // of them, when the line is longer

DefinitionFile readDefinition(const std::string& name, bool strict) {
    const bool standardInput = name == "-";
    DefinitionFile file;
    file.name = standardInput ? "<stdin>" : printable(name);
    // Not by /dev/stdin: that opens a file anew, which may belong to whoever started podctl through sudo.
    file.text = standardInput ? readDescriptor(STDIN_FILENO, file.name) : readFile(name);
    ParsedPod parsed = parsePod(file.text, strict);
    file.pod = parsed.spec.id;
    file.problems = std::move(parsed.problems);
    return file;
}

// The last of two definitions of one pod would silently win.
void refuseTwins(std::vector<DefinitionFile>& files) {
    std::map<std::string, std::string> seen;
    for (DefinitionFile& file : files) {
        if (hasErrors(file.problems))
            continue;
        const auto [first, fresh] = seen.try_emplace(file.pod, file.name);
        if (!fresh)
            file.problems.push_back({.severity = Problem::Severity::error,
                                     .pointer = "/id",
                                     .what = cat(quoted(file.pod), " is already defined in ", quoted(first->second)),
                                     .line = 0,
                                     .column = 0});
    }
}

std::optional<std::string> lineOf(const std::string& text, unsigned number) {
    size_t start = 0;
    for (unsigned line = 1; line < number && start != std::string::npos; ++line) {
        start = text.find('\n', start);
        if (start != std::string::npos)
            ++start;
    }
    if (start == std::string::npos)
        return std::nullopt;
    return text.substr(start, text.find('\n', start) - start);
}

bool continuesCharacter(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// "   12 |   "name": "Web"," and a caret; nothing when the place is not known. Of a long line, what is around the caret.
std::string excerpt(const Problem& problem, const std::string& text, const Style& style) {
    const std::optional<std::string> whole = problem.line == 0 ? std::nullopt : lineOf(text, problem.line);
    std::string line = whole.value_or("");
    if (line.ends_with('\r'))
        line.pop_back();
    if (!whole || problem.column == 0 || problem.column > line.size() + 1)
        return "";
    std::replace(line.begin(), line.end(), '\t', ' ');
    const size_t at = problem.column - 1;
    size_t begin = line.size() > kWidestExcerpt && at > kBeforeCaret ? at - kBeforeCaret : 0;
    size_t end = std::min(line.size(), begin + kWidestExcerpt);
    while (begin > 0 && continuesCharacter(line[begin]))
        --begin;
    while (end < line.size() && continuesCharacter(line[end]))
        ++end;
    const std::string before = cat(begin > 0 ? "..." : "", printable(line.substr(begin, at - begin)));
    const std::string after = cat(printable(line.substr(at, end - at)), end < line.size() ? "..." : "");
    const std::string number = cat(problem.line);
    const std::string gutter(number.size() < 5 ? 5 - number.size() : 0, ' ');
    return cat(gutter, number, " | ", before, after, '\n', std::string(gutter.size() + number.size(), ' '), " | ",
               std::string(columns(before), ' '), style.paint(Style::Ink::green, "^"), '\n');
}

}  // namespace

std::vector<DefinitionFile> readDefinitions(const Words& files, bool strict) {
    std::vector<DefinitionFile> all;
    for (const std::string& name : files)
        all.push_back(readDefinition(name, strict));
    refuseTwins(all);
    return all;
}

bool anyErrors(const std::vector<DefinitionFile>& files) {
    return std::any_of(files.begin(), files.end(), [](const DefinitionFile& file) { return hasErrors(file.problems); });
}

std::string problemText(const Problem& problem, const DefinitionFile& file, const Style& style) {
    return cat(printable(describe(problem, file.name)), '\n', excerpt(problem, file.text, style));
}

void printProblems(const std::vector<DefinitionFile>& files, bool quiet) {
    const Style style = styleOf(STDERR_FILENO);
    for (const DefinitionFile& file : files)
        for (const Problem& problem : file.problems)
            if (!quiet || problem.severity != Problem::Severity::note)
                std::cerr << problemText(problem, file, style);
}

}  // namespace podd::cli
