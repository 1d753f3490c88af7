// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/nat.h"

#include <nftables/libnftables.h>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

std::string key(const PortMap& map) {
    return cat(map.udp ? "udp" : "tcp", " . ", map.hostPort);
}

std::string bothMaps() {
    return "    map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; }\n"
           "    map ports6 { type inet_proto . inet_service : ipv6_addr . inet_service; }\n";
}

// Only what is for this host is anybody's port of it.
std::string translate(std::string_view chain, std::string_view hook) {
    // -100 is "dstnat", a name that nft(8) does not know at "output".
    return cat("    chain ", chain, " {\n        type nat hook ", hook, " priority -100; policy accept;\n",
               "        fib daddr type local dnat ip to meta l4proto . th dport map @ports4\n",
               "        fib daddr type local dnat ip6 to meta l4proto . th dport map @ports6\n    }\n");
}

// Out of the bridge with the host's address; back into it so that answers come this way: from the host's loopback, and from
// a pod by a port of the host. (That it comes from a pod is told by the address: where bridges call iptables, br_netfilter
// names no incoming link at "postrouting".)
std::string masquerade(const std::string& bridge, const std::vector<std::string>& networks) {
    const std::string name = cat('"', bridge, '"');
    std::string chain = cat("    chain leaving {\n        type nat hook postrouting priority srcnat; policy accept;\n",
                            "        oifname ", name, " ip saddr 127.0.0.0/8 masquerade\n");
    for (const std::string& network : networks) {
        const char* ip = network.find(':') == std::string::npos ? "ip" : "ip6";
        chain += cat("        oifname != ", name, ' ', ip, " saddr ", network, " masquerade\n");
        chain += cat("        oifname ", name, ' ', ip, " saddr ", network, " ct status dnat masquerade\n");
    }
    return chain + "    }\n";
}

// With route_localnet a pod could send to the host's loopback, or claim to be it.
std::string guard(const std::string& bridge) {
    return cat("    chain guard {\n        type filter hook prerouting priority raw; policy accept;\n",
               "        iifname \"", bridge, "\" ip daddr 127.0.0.0/8 drop\n",  //
               "        iifname \"", bridge, "\" ip saddr 127.0.0.0/8 drop\n    }\n");
}

}  // namespace

void Nat::Free::operator()(nft_ctx* context) const {
    nft_ctx_free(context);
}

Nat::Nat(std::string table, std::string bridge)
    : table_(std::move(table)), bridge_(std::move(bridge)), context_(nft_ctx_new(NFT_CTX_DEFAULT)) {
    if (!context_)
        throw Error(Errc::internal, "nftables: out of memory");
    nft_ctx_buffer_error(context_.get());
    nft_ctx_buffer_output(context_.get());
}

Nat::~Nat() = default;

void Nat::run(const std::string& commands) {
    if (commands.empty() || nft_run_cmd_from_buffer(context_.get(), commands.c_str()) == 0)
        return;
    const std::string words = nft_ctx_get_error_buffer(context_.get());
    throw Error(Errc::internal, cat("nftables: ", words.substr(0, words.find('\n'))));
}

std::string Nat::script(const std::vector<std::string>& networks, const std::vector<PortMap>& maps) const {
    return cat("add table inet ", table_, "\ndelete table inet ", table_, "\ntable inet ", table_, " {\n", bothMaps(),
               translate("arriving", "prerouting"), translate("local", "output"), masquerade(bridge_, networks),
               guard(bridge_), "}\n", elements("add", maps));
}

std::string Nat::elements(std::string_view verb, const std::vector<PortMap>& maps) const {
    std::string commands;
    for (const PortMap& map : maps) {
        if (!map.ipv4.empty())
            commands += cat(verb, " element inet ", table_, " ports4 { ", key(map), " : ", map.ipv4, " . ",
                            map.containerPort, " }\n");
        if (!map.ipv6.empty())
            commands += cat(verb, " element inet ", table_, " ports6 { ", key(map), " : ", map.ipv6, " . ",
                            map.containerPort, " }\n");
    }
    return commands;
}

void Nat::make(const std::vector<std::string>& networks, const std::vector<PortMap>& maps) {
    run(script(networks, maps));
}

void Nat::add(const std::vector<PortMap>& maps) {
    run(elements("add", maps));
}

void Nat::remove(const std::vector<PortMap>& maps) {
    run(elements("delete", maps));
}

void Nat::removeTable() {
    run(cat("add table inet ", table_, "\ndelete table inet ", table_, "\n"));
}

}  // namespace podd
