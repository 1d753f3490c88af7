// SPDX-License-Identifier: LGPL-2.1-or-later
// Files with definitions, read and checked on this side, so that problems are shown with file, line and
// column.
#pragma once

#include <string>
#include <vector>

#include "cli/verb.h"
#include "model/problem.h"

namespace podd::cli {

struct DefinitionFile {
    std::string name;  // as it was given; "<stdin>" for "-"
    std::string text;
    std::string pod;  // id, when there are no errors
    std::vector<Problem> problems;
};

// Reads and checks all files; a file that cannot be read throws Error, one that does not hold has problems.
std::vector<DefinitionFile> readDefinitions(const Words& files, bool strict);

bool anyErrors(const std::vector<DefinitionFile>& files);

// As compilers do it: "web.json:12:9: error: …", the line, and a caret below the place.
std::string problemText(const Problem& problem, const DefinitionFile& file, const Style& style);

// All problems of all files, on stderr; without notes when it shall be `quiet`.
void printProblems(const std::vector<DefinitionFile>& files, bool quiet);

}  // namespace podd::cli
