// SPDX-License-Identifier: LGPL-2.1-or-later
// SOCK_SEQPACKET unix sockets with descriptors: one message is one packet, whole or not at all.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"

namespace podd {

struct Packet {
    std::string data;
    std::vector<UniqueFd> fds;
};

// No packet of ours is longer (bytes); a longer one is refused with EMSGSIZE.
constexpr size_t kMaxPacket = size_t{64} << 10;

// Listens on `path` (mode 0600), replacing what an earlier process left there. Close-on-exec, non-blocking.
UniqueFd listenAt(const std::string& path);

// A connection, or nothing when nobody listens there now. Close-on-exec, non-blocking once connected.
UniqueFd connectTo(const std::string& path);

UniqueFd acceptFrom(int listener);
std::pair<UniqueFd, UniqueFd> packetPair();

// Sends one packet. False when the peer is gone (EPIPE, ECONNRESET) or its queue is full (EAGAIN).
bool sendPacket(int socket, std::string_view data, const std::vector<int>& fds = {});

enum class Received { packet, nothingYet, closed };
// Receives one packet if there is one; never blocks.
Received receivePacket(int socket, Packet& packet);

// Who is at the other end of a connected unix socket (SO_PEERCRED).
struct Peer {
    pid_t pid;
    uid_t uid;
};
Peer peerOf(int socket);

}  // namespace podd
