// SPDX-License-Identifier: LGPL-2.1-or-later
// The settings of podd.conf(5) about isolation: their texts as Boost.Program_options hands them over, and what they mean.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "isolators/settings.h"

namespace boost::program_options {
class options_description;
}

namespace podd {

// As they are written.
struct IsolationTexts {
    std::optional<std::string> isolation;
    std::string capabilities;
    std::string rlimits;
    std::string devices;
    std::string readBandwidth;
    std::string writeBandwidth;
    std::string readOperations;
    std::string writeOperations;
    std::string containerInfo;
    std::string hostPaths;
    unsigned shmSize = 0;        // MiB
    unsigned diskInterval = 15;  // seconds
};

struct IsolationConfig {
    IsolationSettings settings;
    std::optional<std::vector<std::string>> selection;  // nothing = the defaults
    std::string selectionPlace;                         // "/etc/podd/podd.conf:3", for errors about the selection
    std::vector<std::string> allowedHostPaths;          // for callers that need no more than the right to manage pods
};

void addIsolationOptions(boost::program_options::options_description& options, IsolationTexts& texts,
                         IsolationSettings& settings);

// `placeOf` tells where a setting stands. Throws Error that begins with that place for a value that does not hold.
IsolationConfig readIsolation(const IsolationTexts& texts, IsolationSettings settings,
                              const std::function<std::string(const std::string&)>& placeOf);

}  // namespace podd
