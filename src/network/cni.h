// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks that plugins of the Container Network Interface make (CNI specification 1.0.0; configurations of 0.3.0 to
// 1.1.0). All calls block while plugins run, in the network namespace of the caller; they may be made by several
// processes at once, for different instances.
//
// What has been asked of plugins is in a file for each interface of an instance, with the configuration as it was then:
// written before the first plugin runs, gone after the last one has taken everything back. So whatever dies meanwhile
// and however the configuration changes, remove() can do its work. Errors read "network 'blue': plugin 'bridge': ADD:
// cause"; the code is `unavailable` where a plugin failed, `notSupported` where there is no such network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace podd {

struct CniSettings {
    std::string configDirectory = "/etc/cni/net.d";
    std::vector<std::string> pluginDirectories = {"/usr/lib/cni", "/opt/cni/bin"};
    std::string stateDirectory = "/run/podd/network/cni";
    uint64_t timeoutUsec = 20'000'000;  // for each call of a plugin
};

struct CniPort {
    bool udp = false;
    uint16_t hostPort = 0;
    uint16_t containerPort = 0;
    bool operator==(const CniPort&) const = default;
};

struct CniRequest {
    std::string instance;  // as InstanceId::escaped() has it
    std::string network;
    std::string interface;       // in the instance's namespace: letters, digits, '-' and '_', such as eth0
    std::vector<CniPort> ports;  // for the plugins of the network that declare the capability portMappings
    std::string pod;             // its id; plugins get /prod/web as K8S_POD_NAME=prod-web in CNI_ARGS
    bool operator==(const CniRequest&) const = default;
};

struct CniResult {
    std::vector<std::string> addresses;  // "10.1.2.3/24"
    std::vector<std::string> gateways;   // "10.1.2.1"; of those addresses that have one
    std::vector<std::string> nameservers;
    std::vector<std::string> searches;
};

class Cni {
public:
    explicit Cni(CniSettings settings) : settings_(std::move(settings)) {}

    // Names of the networks that are configured, in the order of their files: *.conflist, then *.conf and *.json. The
    // first file with a name counts; a broken one is left out.
    std::vector<std::string> networks() const;

    // Why there can be no such network: it is not configured, or a plugin of it is not installed.
    std::optional<std::string> whyNot(const std::string& network) const;

    // ADD. What there is already of this interface is removed first. When it fails, everything has been taken back; if
    // even that failed, the error says so, and the instance stays one of instances().
    CniResult add(const CniRequest& request, const std::string& netnsPath) const;

    // CHECK of all interfaces of an instance, where the version of a configuration has it and it is not disabled.
    void check(const std::string& instance, const std::string& netnsPath) const;

    // DEL of all interfaces of an instance; "" = its namespace is gone. All is tried before anything is thrown, and
    // what failed can be tried again. Fine when there is nothing.
    void remove(const std::string& instance, const std::string& netnsPath) const;

    // Those for which there is something to remove.
    std::vector<std::string> instances() const;

private:
    CniSettings settings_;
};

}  // namespace podd
