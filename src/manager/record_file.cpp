// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/record_file.h"

#include "base/file.h"
#include "base/strings.h"

namespace podd {

std::string recordDirectory(const std::string& runDirectory, const InstanceId& id) {
    return cat(runDirectory, "/instances/", id.escaped());
}

std::optional<InstanceRecord> readRecord(const std::string& runDirectory, const InstanceId& id) {
    const std::optional<std::string> text = readFileIfExists(recordDirectory(runDirectory, id) + "/record");
    std::optional<InstanceRecord> record = text ? parseRecord(*text) : std::nullopt;
    if (record && (record->pod != id.pod || record->number != id.number))
        record.reset();
    return record;
}

std::optional<InstanceRecord> findRecord(const std::string& runDirectory, int64_t executorPid) {
    for (const std::string& name : listDirectory(runDirectory + "/instances"))
        if (const std::optional<InstanceId> id = parseEscapedInstance(name))
            if (std::optional<InstanceRecord> record = readRecord(runDirectory, *id);
                record && record->executorPid == executorPid)
                return record;
    return std::nullopt;
}

}  // namespace podd
