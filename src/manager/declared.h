// SPDX-License-Identifier: LGPL-2.1-or-later
// Pods that the administrator or a package declares: *.json in /etc/podd/pods.d, /run/podd/pods.d and /usr/lib/podd/pods.d, where
// a file hides those of the same name in the later directories, and a link to /dev/null all of them. They are applied when podd
// starts and when it is told to reload, but only those whose text is another than when they were applied last: what somebody
// has done to such a pod since stays done. What was applied is kept in <state directory>/declared/NAME.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "manager/manager.h"

namespace podd {

// What has become of one file.
struct Declaration {
    std::string file;
    std::string pod;      // "" when it is not known
    std::string outcome;  // created, changed, unchanged; left (as it was applied last), refused, gone (the pod stays)
    std::string message;  // of a refused one
};

class Declared {
public:
    // `manager` outlives this.
    explicit Declared(Manager& manager);

    // In the order of their names; logs what is no success. One that is refused keeps no other one from being applied.
    std::vector<Declaration> apply();

    // Those that were refused the last time, "FILE: why".
    const std::vector<std::string>& refused() const { return refused_; }

private:
    struct Kept {
        std::string pod;
        std::string text;
    };
    std::optional<Kept> kept(const std::string& name) const;
    void keep(const std::string& name, const Kept& applied) const;
    Declaration applyFile(const std::string& name, const std::string& path);
    std::vector<Declaration> dropGone(const std::map<std::string, std::string>& files) const;

    Manager& manager_;
    std::string directory_;                      // of what was applied
    std::map<std::string, std::string> owners_;  // the file by pod, while apply() runs
    std::vector<std::string> refused_;
};

}  // namespace podd
