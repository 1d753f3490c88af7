// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/hosts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"

namespace podd {

namespace {

constexpr std::string_view kDomain = "podd.internal";

// As Debian's.
constexpr std::string_view kLoopbackHosts =
    "127.0.0.1 localhost\n"
    "::1 localhost ip6-localhost ip6-loopback\n"
    "ff02::1 ip6-allnodes\n"
    "ff02::2 ip6-allrouters\n";
constexpr auto kLoopbackNames = {"localhost", "ip6-localhost", "ip6-loopback", "ip6-allnodes", "ip6-allrouters"};

// The address of a name server as resolv.conf(5) has it, if the line gives one.
std::string nameServerOf(std::string_view line) {
    constexpr std::string_view kKeyword = "nameserver";
    constexpr std::string_view kBlank = " \t\r\n";
    if (!line.starts_with(kKeyword) || line.size() == kKeyword.size() ||
        kBlank.find(line[kKeyword.size()]) == std::string_view::npos)
        return "";
    line.remove_prefix(std::min(line.find_first_not_of(kBlank, kKeyword.size()), line.size()));
    return std::string(line.substr(0, line.find_first_of(kBlank)));
}

// Also the address of no host, which a host takes for its own.
bool isLoopback(const std::string& server) {
    const std::string address = server.substr(0, server.find('%'));  // which interface, that says
    in_addr four{};
    in6_addr six{};
    if (::inet_pton(AF_INET6, address.c_str(), &six) == 1) {
        if (!IN6_IS_ADDR_V4MAPPED(&six))
            return IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six);
        four.s_addr = six.s6_addr32[3];
    } else if (::inet_aton(address.c_str(), &four) == 0) {  // as the resolver reads it: 127.1 is one
        return false;
    }
    const uint32_t number = ntohl(four.s_addr);
    return number >> 24 == IN_LOOPBACKNET || number == INADDR_ANY;
}

// Calls `use` with each line, with what ends it.
template <typename Use>
void forEachLine(std::string_view text, Use use) {
    while (!text.empty()) {
        const size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
        use(line);
        text.remove_prefix(line.size());
    }
}

}  // namespace

std::string podDomain(std::string_view podId) {
    std::vector<std::string> segments = split(podId.substr(1), '/');
    std::reverse(segments.begin(), segments.end());
    return cat(join(segments, "."), '.', kDomain);
}

std::string instanceDomain(const InstanceId& instance) {
    return cat(instance.number, '.', podDomain(instance.pod));
}

std::string namesText(std::vector<NamedInstance> instances) {
    std::sort(instances.begin(), instances.end());
    std::string text = "# Pods and their instances, by podd; see nss-podd(8)\n";
    std::set<std::pair<std::string, std::string>> seen;
    for (const NamedInstance& instance : instances)
        for (const std::string& address : instance.addresses) {
            std::string line = address;
            for (const std::string& name : {instanceDomain(instance.id), podDomain(instance.id.pod)})
                if (seen.emplace(address, name).second)
                    line += ' ' + name;
            if (line != address)
                text += line + '\n';
        }
    return text;
}

std::string hostsText(const HostsFacts& facts) {
    std::set<std::string> seen(kLoopbackNames.begin(), kLoopbackNames.end());
    std::string own;
    for (const std::string& name : {instanceDomain(facts.id), podDomain(facts.id.pod), facts.hostname})
        if (!name.empty() && seen.insert(name).second)
            own += ' ' + name;

    std::string text = cat("# Instance ", facts.id.text(), ", by podd\n", kLoopbackHosts);
    for (const std::string& address : facts.addresses)
        text += cat(address, own, '\n');
    if (facts.addresses.empty())
        text += cat("127.0.0.1", own, '\n');
    for (const std::string& container : facts.containers)
        if (seen.insert(container).second)
            text += cat("127.0.0.1 ", container, "\n::1 ", container, '\n');
    return text;
}

std::string resolverText(std::string_view resolvConf) {
    std::string text;
    forEachLine(resolvConf, [&](std::string_view line) {
        if (!isLoopback(nameServerOf(line)))
            text += line;
    });
    return text;
}

bool onlyLoopback(std::string_view resolvConf) {
    bool only = true;
    forEachLine(resolvConf, [&](std::string_view line) {
        if (const std::string server = nameServerOf(line); !server.empty() && !isLoopback(server))
            only = false;
    });
    return only;
}

}  // namespace podd
