// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/container_info.h"

#include "base/strings.h"
#include "model/names.h"

namespace podd {

std::string whyNotTogether(const std::vector<SharedVolume>& volumes, const std::string& sandbox) {
    std::vector<std::string> seen;
    if (!sandbox.empty())
        seen.push_back(sandbox);
    for (const SharedVolume& volume : volumes) {
        for (const std::string& other : seen) {
            if (isSameOrBelow(volume.containerPath, other))
                return cat("cannot mount a volume at ", quoted(volume.containerPath), ", because it is ",
                           volume.containerPath == other ? "the same as " : "below ", quoted(other));
            if (isSameOrBelow(other, volume.containerPath))
                return cat("cannot mount a volume at ", quoted(volume.containerPath), ", because it would cover ",
                           quoted(other));
        }
        seen.push_back(volume.containerPath);
    }
    return "";
}

}  // namespace podd
