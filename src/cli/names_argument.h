// SPDX-License-Identifier: LGPL-2.1-or-later
// Names as people type them: "web" for "/web". What is no possible name is refused before podd is asked.
#pragma once

#include <string>
#include <string_view>

namespace podd::cli {

// "web" -> "/web"; throws UsageError when it cannot be the id of a pod.
std::string podId(std::string_view word);

// "web.3/nginx" -> "/web.3/nginx": the same for anything that has a D-Bus object.
std::string objectName(std::string_view word);

// Whether an id matches a pattern of the command line ("web*", "prod/*"), as fnmatch(3) without FNM_PATHNAME.
bool matches(std::string_view pattern, const std::string& id);

}  // namespace podd::cli
