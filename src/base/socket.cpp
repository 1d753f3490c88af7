// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr size_t kMaxFds = 16;  // of one packet

sockaddr_un addressOf(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
        throwErrno(ENAMETOOLONG, cat("socket ", quoted(path)));
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);  // the cast that socket(7) prescribes
}

UniqueFd packetSocket(int flags) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0));
    if (!fd)
        throwErrno(errno, "socket");
    return fd;
}

}  // namespace

UniqueFd listenAt(const std::string& path) {
    // Bound under another name and renamed, so that whoever waits for the name finds a socket that listens.
    const std::string fresh = path + ".new";
    const sockaddr_un address = addressOf(fresh);
    UniqueFd fd = packetSocket(SOCK_NONBLOCK);
    (void)::unlink(fresh.c_str());
    if (::bind(fd.get(), generic(address), sizeof(address)) < 0 || ::chmod(fresh.c_str(), 0600) < 0 ||
        ::listen(fd.get(), SOMAXCONN) < 0 || ::rename(fresh.c_str(), path.c_str()) < 0)
        throwErrno(errno, cat("listen on ", quoted(path)));
    return fd;
}

UniqueFd connectTo(const std::string& path) {
    const sockaddr_un address = addressOf(path);
    UniqueFd fd = packetSocket(SOCK_NONBLOCK);
    if (::connect(fd.get(), generic(address), sizeof(address)) < 0)
        return {};
    return fd;
}

UniqueFd acceptFrom(int listener) {
    return UniqueFd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

std::pair<UniqueFd, UniqueFd> packetPair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
        throwErrno(errno, "socketpair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

bool sendPacket(int socket, std::string_view data, const std::vector<int>& fds) {
    if (data.size() > kMaxPacket || fds.size() > kMaxFds)
        throwErrno(EMSGSIZE, "send packet");
    iovec part{const_cast<char*>(data.data()), data.size()};  // sendmsg(2) does not write to it
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
        std::memcpy(CMSG_DATA(header), fds.data(), sizeof(int) * fds.size());
    }
    for (;;) {
        if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0)
            return true;
        if (errno == EINTR)
            continue;
        if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN || errno == EAGAIN)
            return false;
        throwErrno(errno, "send packet");
    }
}

Received receivePacket(int socket, Packet& packet) {
    packet = {};
    const auto buffer = std::make_unique_for_overwrite<char[]>(kMaxPacket);  // most packets are far smaller
    iovec part{buffer.get(), kMaxPacket};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    // ECONNRESET is told once, when the peer ended with packets of ours unread; its own last packets are still behind it.
    ssize_t n = -1;
    for (bool reset = false; (n = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) < 0;) {
        if (errno == ECONNRESET && !reset)
            reset = true;
        else if (errno != EINTR)
            break;
    }
    if (n < 0 && errno == EAGAIN)
        return Received::nothingYet;
    if (n < 0 && errno != ECONNRESET)
        throwErrno(errno, "receive packet");
    for (cmsghdr* header = n < 0 ? nullptr : CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= header->cmsg_len; at += sizeof(int)) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header) + at, sizeof(int));
            packet.fds.emplace_back(fd);
        }
    }
    if (n <= 0)
        return Received::closed;  // SOCK_SEQPACKET: an empty read is the end; we never send empty packets
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        throwErrno(EMSGSIZE, "receive packet");
    packet.data.assign(buffer.get(), static_cast<size_t>(n));
    return Received::packet;
}

Peer peerOf(int socket) {
    ucred credentials{};
    socklen_t length = sizeof(credentials);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
        throwErrno(errno, "SO_PEERCRED");
    return {credentials.pid, credentials.uid};
}

}  // namespace podd
