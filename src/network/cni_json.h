// SPDX-License-Identifier: LGPL-2.1-or-later
// The door for JSON of the Container Network Interface: what people configure, what plugins read and print, and what is
// kept of a request. Unknown members of configurations and results are for the plugins, and reach them unchanged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/cni.h"

namespace podd {

struct CniPlugin {
    std::string type;           // the name of its file
    bool portMappings = false;  // it declares this capability
};

// What a configuration says, as far as the one who runs plugins has to know.
struct CniNetwork {
    std::string name;
    std::string version;  // the one that plugins are spoken to in
    bool disableCheck = false;
    std::vector<CniPlugin> plugins;  // at least one; in the order of ADD

    bool hasCheck() const;           // its version has CHECK, and it is not disabled
    bool deletesWithResult() const;  // its version hands the result of ADD to DEL
};

// Reads a list of plugins, or a single one. Throws Error, "path:line:column: error: /pointer: what".
CniNetwork parseCniNetwork(std::string_view text, const std::string& path);

// What plugin number `index` of a network reads. `text` is the configuration that the network was read from;
// `previous` is a result as a plugin printed it, "" = none.
std::string cniPluginInput(const std::string& text, const CniNetwork& network, size_t index,
                           const std::vector<CniPort>& ports, const std::string& previous);

// What a plugin printed after ADD. Throws Error when that is no result.
CniResult parseCniResult(std::string_view text);

// The error that a plugin printed.
struct CniFailure {
    bool incompatible = false;  // it does not speak the version of the configuration
    std::string text;           // "msg: details", fit for a message
};
// Nothing when the text is none.
std::optional<CniFailure> parseCniFailure(std::string_view text);

// What is kept of one interface.
struct CniState {
    CniRequest request;
    std::string netns;          // path
    std::string configuration;  // the text
    std::string result;         // of the last plugin that succeeded, as printed; "" = none so far
    bool complete = false;      // that was the last one of all
    bool operator==(const CniState&) const = default;
};

std::string cniStateText(const CniState& state);
// Throws Error when the text is not what cniStateText() makes.
CniState parseCniState(const std::string& text);

}  // namespace podd
