// SPDX-License-Identifier: LGPL-2.1-or-later
// Who has what there is only one of: a directory with a symbolic link for each thing that is taken, named after it, that
// says by whom. symlink(2) makes name and content in one step or finds that there is one already, so nothing is ever given
// twice, whoever dies when, and whatever else writes there. The directory is in /run: a boot begins with nothing taken.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "model/names.h"

namespace podd {

class Leases {
public:
    // Makes the directory if need be, and reads what is taken.
    explicit Leases(std::string directory);

    // False when another owner has it; true also when `owner` has had it before. Neither may be empty or hold a '/'.
    bool take(const std::string& thing, const std::string& owner);

    // Of all that is taken in the directory; "" = nobody.
    std::string ownerOf(const std::string& thing) const;

    // Everything that this object knows to be `owner`'s: what it has read, and what it has taken.
    void release(const std::string& owner);

    // The same of all owners that are not escaped instances, or of which `isKnown` says no.
    void sweep(const std::function<bool(const InstanceId&)>& isKnown);

    std::set<std::string> owners() const;

private:
    std::string pathOf(const std::string& thing) const { return directory_ + '/' + thing; }

    std::string directory_;
    std::map<std::string, std::set<std::string>> things_;  // by owner
};

}  // namespace podd
