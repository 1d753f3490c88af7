// SPDX-License-Identifier: LGPL-2.1-or-later
// The directory with configurations of networks, as all who run CNI plugins read it: lists of plugins (*.conflist)
// before single ones (*.conf, *.json), each in the order of the files' names, and the first file with a name counts.
#pragma once

#include <string>
#include <vector>

#include "network/cni_json.h"

namespace podd {

struct CniConfiguration {
    std::string path;
    std::string text;
    CniNetwork network;
};

struct CniDirectory {
    std::string path;
    std::vector<CniConfiguration> configurations;  // no name twice
    std::vector<std::string> broken;               // "file:line:column: error: what" of files that cannot be used

    // Throws Error (notSupported) when there is none; the text names those that there are.
    const CniConfiguration& find(const std::string& network) const;
};

// A directory that does not exist is empty.
CniDirectory readCniDirectory(const std::string& path);

}  // namespace podd
