// SPDX-License-Identifier: LGPL-2.1-or-later
// What --json prints. Tables have systemd's lower-case keys; properties keep their D-Bus names. Times are µs
// since 1970 and null when there is none, readings that nobody has are null.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client.h"
#include "cli/definition_file.h"
#include "cli/options.h"
#include "cli/snapshot.h"
#include "cli/top.h"
#include "model/event.h"

namespace podd::cli {

// What became of one file of `podctl apply`, or of a `rollback`.
struct AppliedFile {
    std::string file;  // "" = rollback
    std::string pod;
    std::string outcome = "";  // created, changed, unchanged; refused
    std::string version = "";
    std::string deployment = "";  // path; "" when it was refused
    std::string result = "";      // of the deployment; "" when it was not waited for
    std::string message = "";
};

// What would become of one file, by `podctl apply --dry-run`.
struct PreviewedFile {
    std::string file;
    std::string pod;
    std::string outcome = "";  // created, changed, unchanged; refused
    Preview preview = {};
    std::string message = "";
};

struct HistoryRow {
    std::string version;
    std::string state;
    uint64_t timeUsec = 0;
    std::optional<std::vector<Change>> changes;  // against the version before; nothing = there is none to compare with
};

struct Difference {
    std::string pod;
    std::string from;  // a version
    std::string to;    // a version or the name of a file
    std::vector<Change> changes;
};

struct PurgedPod {
    std::string pod;
    std::string message = "";  // why not
};

std::string isolatorsJson(const std::vector<IsolatorRow>& rows, JsonMode mode);
std::string topJson(const std::vector<TopRow>& rows, JsonMode mode);
std::string podsJson(const std::vector<PodRow>& rows, JsonMode mode);
std::string instancesJson(const std::vector<InstanceRow>& rows, JsonMode mode);
std::string deploymentsJson(const std::vector<DeploymentRow>& rows, JsonMode mode);
std::string versionsJson(const std::vector<HistoryRow>& rows, JsonMode mode);
std::string diffJson(const Difference& difference, JsonMode mode);
std::string previewsJson(const std::vector<PreviewedFile>& files, JsonMode mode);
std::string purgedJson(const std::vector<PurgedPod>& pods, JsonMode mode);
// Where all instances of the pods are reached, as one list.
std::string endpointsJson(const std::vector<PodStatus>& pods, JsonMode mode);
// Pods with their Instances and these with their Containers nested; then the instances that were asked for
// alone.
std::string statusJson(const std::vector<PodStatus>& pods, const std::vector<InstanceStatus>& instances, JsonMode mode);
std::string eventJson(const Event& event, JsonMode mode);
std::string objectsJson(const std::vector<Properties>& objects, JsonMode mode);
std::string appliedJson(const std::vector<AppliedFile>& files, JsonMode mode);
std::string problemsJson(const std::vector<DefinitionFile>& files, JsonMode mode);
// The definition itself, in one line or many; throws Error when podd sent something that is not JSON.
std::string definitionJson(const std::string& text, JsonMode mode);

}  // namespace podd::cli
