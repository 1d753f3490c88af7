// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cni_network.h"

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "netlink.h"

namespace podd::bench {

namespace {

constexpr const char* kPlugin = "/usr/lib/cni/bridge";
constexpr const char* kDirectory = "/etc/cni/net.d";
constexpr const char* kFile = "/etc/cni/net.d/bench-cni.conflist";
constexpr const char* kLeases = "/var/lib/cni/networks/bench-cni";
constexpr const char* kBridge = "bench-cni0";

constexpr const char* kDefinition =
    R"({"cniVersion": "1.0.0", "name": "bench-cni", "plugins": [
  {"type": "bridge", "bridge": "bench-cni0", "isGateway": true, "ipMasq": false,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.99.0.0/16"}]], "routes": [{"dst": "0.0.0.0/0"}]}}
]}
)";

}  // namespace

CniNetwork::CniNetwork() {
    if (::access(kPlugin, X_OK) != 0)
        throw Error(Errc::notSupported, cat("there is no ", kPlugin));
    makeDirectories(kDirectory);
    writeFileAtomically(kFile, kDefinition, Durability::volatileFile);
}

CniNetwork::~CniNetwork() {
    (void)::unlink(kFile);
    try {
        if (const std::string left = removeTree(kLeases); !left.empty())
            throw Error(Errc::internal, left);
        Netlink host;
        if (host.indexOf(kBridge) == 0)
            return;
        host.removeLink(kBridge);
        host.send();
    } catch (const std::exception& error) {
        log::error(cat("remove network bench-cni: ", error.what()));
    }
}

PoddOnCni::PoddOnCni(const std::string& payload) : client_(payload, {}, PodNetwork::cni) {}

}  // namespace podd::bench
