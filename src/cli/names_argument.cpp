// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/names_argument.h"

#include <fnmatch.h>

#include <optional>

#include "base/strings.h"
#include "cli/options.h"
#include "model/names.h"

namespace podd::cli {

namespace {

std::string absolute(std::string_view word) {
    return word.starts_with('/') ? std::string(word) : cat('/', word);
}

}  // namespace

std::string podId(std::string_view word) {
    std::string id = normalisedId(absolute(word));
    if (const std::optional<std::string> why = whyNotPodId(id))
        throw UsageError(cat(quoted(word), " cannot be the id of a pod: ", *why));
    return id;
}

std::string objectName(std::string_view word) {
    if (word.empty() || word == "/")
        throw UsageError(cat(quoted(word), " cannot be the name of a pod, an instance or a container"));
    return absolute(word);
}

bool matches(std::string_view pattern, const std::string& id) {
    return ::fnmatch(absolute(pattern).c_str(), id.c_str(), 0) == 0;
}

}  // namespace podd::cli
