// SPDX-License-Identifier: LGPL-2.1-or-later
// Names in place of addresses, without a name server: what pods and instances are called, and the texts that say where they
// are. The name of a pod is its id backwards in `.podd.internal`; `.internal` is the domain that ICANN reserved for private
// use in 2024.
//
//   pod        /prod/web     web.prod.podd.internal     the addresses of all its instances
//   instance   /prod/web.3   3.web.prod.podd.internal   its own
//
// A '.' of an id stays one. So /prod/1/web and /prod/web.1 have the same name, which then leads to both.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/names.h"

namespace podd {

std::string podDomain(std::string_view podId);
std::string instanceDomain(const InstanceId& instance);

struct NamedInstance {
    InstanceId id;
    std::vector<std::string> addresses;  // as inet_ntop(3) writes them, without the length of a prefix
    auto operator<=>(const NamedInstance&) const = default;
};

// The text of <run directory>/names/hosts, which libnss_podd reads: hosts(5), by instances in the order of their pods and
// numbers. A name is there once with each of its addresses. Lines are shorter than 600 bytes.
std::string namesText(std::vector<NamedInstance> instances);

struct HostsFacts {
    InstanceId id;
    std::string hostname;                 // of the containers; "" = they have none of their own
    std::vector<std::string> addresses;   // of the instance, as in NamedInstance; none: its own names are 127.0.0.1
    std::vector<std::string> containers;  // their names, which are on loopback, as all of them are
};

// The text of /etc/hosts in the containers of an instance. The name of its pod leads to itself there, as every machine finds
// itself. A container that is called like something else in it keeps no name.
std::string hostsText(const HostsFacts& facts);

// A resolv.conf(5) of the host, for containers in a network namespace of their own: without the name servers on loopback,
// which is another one there. All else stays as it is.
std::string resolverText(std::string_view resolvConf);

// Whether resolverText() leaves no name server, by which resolv.conf(5) means 127.0.0.1. That of systemd-resolved.service(8)
// is such a text; /run/systemd/resolve/resolv.conf has the servers behind it.
bool onlyLoopback(std::string_view resolvConf);

}  // namespace podd
