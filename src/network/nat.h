// SPDX-License-Identifier: LGPL-2.1-or-later
// Address translation for pods on a bridge: one nftables table of podd's own (nft(8)), whole in itself, beside whatever a
// firewall of the host has. It is made in one transaction, and made again whenever it is gone.
//
// Pods reach the outside with the host's address. Ports of the host lead to pods: from outside, from the host itself (by
// each of its IPv4 addresses, 127.0.0.1 among them, and by its IPv6 addresses but ::1, which the kernel never routes), and from
// pods, also from the one that listens.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct nft_ctx;

namespace podd {

// A port of the host that leads to one of a pod.
struct PortMap {
    bool udp = false;
    uint16_t hostPort = 0;
    std::string ipv4;  // of the pod; "" = it has none
    std::string ipv6;
    uint16_t containerPort = 0;
    bool operator==(const PortMap&) const = default;
};

class Nat {
public:
    // `bridge` is the name of its link.
    Nat(std::string table, std::string bridge);
    ~Nat();
    Nat(const Nat&) = delete;
    Nat& operator=(const Nat&) = delete;

    // The table with exactly these maps, whatever was there. `networks` are those of the bridge, each as an address on it
    // with the length of its prefix. Throws Error with nft's own words.
    void make(const std::vector<std::string>& networks, const std::vector<PortMap>& maps);

    // More of them, or less; all or none. A port that is mapped already, or not there, is an Error.
    void add(const std::vector<PortMap>& maps);
    void remove(const std::vector<PortMap>& maps);

    void removeTable();

    // What make() asks nft for, as text.
    std::string script(const std::vector<std::string>& networks, const std::vector<PortMap>& maps) const;

private:
    struct Free {
        void operator()(nft_ctx* context) const;
    };
    void run(const std::string& commands);
    std::string elements(std::string_view verb, const std::vector<PortMap>& maps) const;

    std::string table_;
    std::string bridge_;
    std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace podd
