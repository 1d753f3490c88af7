// SPDX-License-Identifier: LGPL-2.1-or-later
// The last ends of a pod's instances that nobody had asked for, in <state directory>/pods/<escaped id>/terminations: written
// once for each, read when somebody asks. Like the history of its definitions they stay when a pod is deleted. Not fsynced:
// a power cut may cost the last of them. A damaged file is set aside, and the list begins anew.
#pragma once

#include <string>
#include <vector>

#include "model/termination.h"

namespace podd {

class TerminationStore {
public:
    explicit TerminationStore(const std::string& stateDirectory) : pods_(stateDirectory + "/pods/") {}

    std::vector<Termination> list(const std::string& id) const;  // the oldest first

    // Takes the place of one of the same instance, if a podd that was killed has written it already. What cannot be written is
    // logged and lost: a full disk keeps nothing from running.
    void add(const std::string& id, Termination termination) const;

private:
    std::string pathOf(const std::string& id) const;

    std::string pods_;
};

}  // namespace podd
