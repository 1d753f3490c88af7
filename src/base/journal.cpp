// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/journal.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

iovec part(std::string_view text) {
    return {const_cast<char*>(text.data()), text.size()};  // sendmsg(2) does not write to it
}

struct Credentials {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> space{};

    void attach(msghdr& message, pid_t pid) {
        message.msg_control = space.data();
        message.msg_controllen = space.size();
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_CREDENTIALS;
        header->cmsg_len = CMSG_LEN(sizeof(ucred));
        const ucred credentials{pid, 0, 0};  // OBJECT_ fields count only from root
        std::memcpy(CMSG_DATA(header), &credentials, sizeof(credentials));
    }
};

// 0, or errno of sendmsg(2).
int sendOnce(int socket, msghdr& message) {
    while (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        if (errno != EINTR)
            return errno;
    return 0;
}

}  // namespace

bool Journal::connect() {
    if (socket_)
        return true;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof(address.sun_path))
        throwErrno(ENAMETOOLONG, cat("socket ", quoted(path_)));
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // Connected, so that EPOLLOUT tells when journald's queue has room.
    if (socket_ && ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0)
        socket_.reset();
    return static_cast<bool>(socket_);
}

Journal::Sent Journal::send(std::string_view fields, int priority, std::string_view message, pid_t& asPid) {
    if (!connect())
        return Sent::away;
    // MESSAGE in the form with a length, which holds any byte.
    std::string head = "PRIORITY=N\nMESSAGE\n";
    head[9] = static_cast<char>('0' + priority);
    const uint64_t size = message.size();
    head.append(reinterpret_cast<const char*>(&size), sizeof(size));  // little-endian, as all hosts of ours
    std::array<iovec, 4> parts{part(fields), part(head), part(message), part("\n")};
    Credentials credentials;
    msghdr datagram{};
    datagram.msg_iov = parts.data();
    datagram.msg_iovlen = parts.size();
    if (asPid != 0)
        credentials.attach(datagram, asPid);
    int error = sendOnce(socket_.get(), datagram);
    if ((error == ESRCH || error == EPERM || error == EINVAL) && asPid != 0) {
        asPid = 0;
        datagram.msg_control = nullptr;
        datagram.msg_controllen = 0;
        error = sendOnce(socket_.get(), datagram);
    }
    if (error == 0)
        return Sent::yes;
    if (error == EAGAIN)
        return Sent::full;
    socket_.reset();
    return Sent::away;
}

}  // namespace podd
