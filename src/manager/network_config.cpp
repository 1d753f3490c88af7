// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/network_config.h"

#include <sys/socket.h>

#include <boost/program_options.hpp>

#include "base/error.h"
#include "base/strings.h"
#include "model/names.h"

namespace podd {

namespace {

namespace po = boost::program_options;

std::optional<Subnet> subnetOf(const std::string& text, int32_t family) {
    if (text.empty())
        return std::nullopt;
    Subnet subnet(text);
    if (subnet.family() != family)
        throw Error(Errc::badDefinition, cat(quoted(text), " is of the other family"));
    return subnet;
}

}  // namespace

NetworkTexts textsOf(const NetworkConfig& config) {
    const auto text = [](const std::optional<Subnet>& subnet) { return subnet ? subnet->text() : ""; };
    return {config.defaultNetwork, text(config.ipv4), text(config.ipv6)};
}

void addNetworkOptions(po::options_description& options, NetworkTexts& texts) {
    auto add = options.add_options();
    const auto text = [](std::string& target, const char* name) {
        return po::value<std::string>(&target)->default_value(target)->value_name(name);
    };
    add("default-network", text(texts.defaultNetwork, "NAME"), "of pods on a container network without a name");
    add("bridge-ipv4", text(texts.ipv4, "PREFIX"), "addresses on the network 'podd'; empty is no IPv4");
    add("bridge-ipv6", text(texts.ipv6, "PREFIX"), "the same of IPv6");
}

NetworkConfig readNetworks(const NetworkTexts& texts, const std::function<std::string(const std::string&)>& placeOf) {
    NetworkConfig config;
    const auto at = [&](const char* setting, auto&& work) {
        within(cat(placeOf(setting), ": ", setting), std::forward<decltype(work)>(work));
    };
    at("default-network", [&] {
        if (const auto problem = whyNotNetworkName(texts.defaultNetwork))
            throw Error(Errc::badDefinition, cat(quoted(texts.defaultNetwork), " ", *problem));
        config.defaultNetwork = texts.defaultNetwork;
    });
    at("bridge-ipv4", [&] { config.ipv4 = subnetOf(texts.ipv4, AF_INET); });
    at("bridge-ipv6", [&] { config.ipv6 = subnetOf(texts.ipv6, AF_INET6); });
    if (!config.ipv4 && !config.ipv6)
        throw Error(
            Errc::badDefinition,
            cat(placeOf("bridge-ipv4"), ": bridge-ipv4 and bridge-ipv6 are both empty: the network has no address"));
    return config;
}

}  // namespace podd
