// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd made of a changed definition, told to the user: for `apply` and `rollback`.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/deployment_waiter.h"
#include "cli/output_json.h"

namespace podd::cli {

// Notes podd's answer, and prints it as a line: "changed /web (version 2026-…)".
void noteAnswer(const Applied& answer, const Options& options, AppliedFile& applied);

// Notes why podd refused, and says so on stderr.
void noteRefusal(const Error& error, const Options& options, AppliedFile& applied);

// The end of a verb that made versions: waits if that is wanted, and prints JSON if that is. `status` is that of the calls.
int finishApplied(DeploymentWaiter& waiter, std::vector<AppliedFile>& all, const Options& options, int status);

// A refusal of the definition in `file` ("" = none was given), with what to do about it.
void complainAboutRefusal(const Error& error, const std::string& file, const std::string& pod, const Options& options);

}  // namespace podd::cli
