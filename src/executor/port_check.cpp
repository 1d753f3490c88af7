// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/port_check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr uint32_t kTcpListen = 1U << 10;  // of the kernel's enum tcp_state, as a mask (sock_diag(7), idiag_states)
constexpr uint32_t kUdpBound = 1U << 7;    // TCP_CLOSE: UDP sockets without a peer have it
constexpr int kKernfsHandle = 0xfe;        // FILEID_KERNFS of linux/exportfs.h: a file handle that is an inode's number

struct Holder {
    uint64_t inode = 0;   // of the socket
    uint64_t cgroup = 0;  // inode of the directory; 0 = not known
};

uint64_t cgroupOf(const nlmsghdr* header) {
    const auto* message = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
    auto length = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(sizeof(*message)));
    for (const auto* each = reinterpret_cast<const rtattr*>(message + 1); RTA_OK(each, length);
         each = RTA_NEXT(each, length))
        if (each->rta_type == INET_DIAG_CGROUP_ID && RTA_PAYLOAD(each) == sizeof(uint64_t)) {
            uint64_t id = 0;
            std::memcpy(&id, RTA_DATA(each), sizeof(id));
            return id;
        }
    return 0;
}

// Tells `found` of every socket that waits for somebody; true when there is no more to come.
bool readAnswer(const char* begin, size_t size, const std::function<void(uint16_t, const Holder&)>& found) {
    auto length = static_cast<uint32_t>(size);
    for (const auto* header = reinterpret_cast<const nlmsghdr*>(begin); NLMSG_OK(header, length);
         header = NLMSG_NEXT(header, length)) {
        if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
            return true;
        const auto* message = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
        found(ntohs(message->id.idiag_sport), {message->idiag_inode, cgroupOf(header)});
    }
    return false;
}

// A kernel that does not tell (without IPv6, or without the modules tcp_diag and udp_diag) knows of none.
void listSockets(int family, int protocol, const std::function<void(uint16_t, const Holder&)>& found) {
    const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    struct {
        nlmsghdr header;
        inet_diag_req_v2 request;
    } question{};
    question.header.nlmsg_len = sizeof(question);
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.request.sdiag_family = static_cast<uint8_t>(family);
    question.request.sdiag_protocol = static_cast<uint8_t>(protocol);
    question.request.idiag_states = protocol == IPPROTO_TCP ? kTcpListen : kUdpBound;
    if (!socket || ::send(socket.get(), &question, sizeof(question), 0) < 0)
        return;
    alignas(nlmsghdr) std::array<char, size_t{32} << 10> buffer;  // NLMSG_GOODSIZE's upper bound (netlink(7))
    for (bool complete = false; !complete;) {
        const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (size == 0 || (size < 0 && errno != EINTR))
            return;
        complete = size > 0 && readAnswer(buffer.data(), static_cast<size_t>(size), found);
    }
}

// By port.
std::map<uint64_t, Holder> holdersOf(int protocol) {
    std::map<uint64_t, Holder> holders;
    for (const int family : {AF_INET, AF_INET6})
        listSockets(family, protocol, [&](uint16_t port, const Holder& who) {
            if (who.inode != 0)
                holders.emplace(port, who);
        });
    return holders;
}

std::string linkText(const std::string& path) {
    std::array<char, PATH_MAX> text{};
    const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
    return length < 0 ? "" : std::string(text.data(), static_cast<size_t>(length));
}

// The directory of a cgroup; "" when it is not there any more.
std::string cgroupDirectory(const std::string& root, uint64_t id) {
    const UniqueFd mount(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct {
        file_handle head;
        uint64_t id;
    } handle{};
    handle.head.handle_bytes = sizeof(id);
    handle.head.handle_type = kKernfsHandle;
    std::memcpy(handle.head.f_handle, &id, sizeof(id));
    const UniqueFd directory(::open_by_handle_at(mount.get(), &handle.head, O_PATH | O_CLOEXEC));
    return directory ? linkText(cat("/proc/self/fd/", directory.get())) : "";
}

// "nginx.service" of ".../system.slice/nginx.service/worker".
std::string unitOf(const std::string& directory) {
    std::string unit;
    for (const std::string& part : split(directory, '/'))
        for (const char* kind : {".service", ".scope", ".slice"})
            if (part.ends_with(kind))
                unit = part;
    return unit;
}

// The process that has the socket, as far as this one may look; the only process of the cgroup else. "" = not known.
std::string processOf(const std::string& directory, uint64_t inode) {
    const std::string socket = cat("socket:[", inode, ']');
    const std::optional<std::string> text = readFileIfExists(directory + "/cgroup.procs");
    std::vector<std::string> processes;
    for (const std::string& process : split(text.value_or(""), '\n'))
        if (!process.empty())
            processes.push_back(process);
    for (const std::string& process : processes)
        for (const std::string& each : listDirectory(cat("/proc/", process, "/fd")))
            if (linkText(cat("/proc/", process, "/fd/", each)) == socket)
                return process;
    return processes.size() == 1 ? processes[0] : "";
}

std::string nameOf(const Holder& holder, const std::string& cgroupRoot) {
    const std::string directory = holder.cgroup == 0 ? "" : cgroupDirectory(cgroupRoot, holder.cgroup);
    const std::string unit = unitOf(directory);
    const std::string process = directory.empty() ? "" : processOf(directory, holder.inode);
    if (unit.empty() && process.empty())
        return "another program";
    return cat(unit, unit.empty() || process.empty() ? "" : ", ", process.empty() ? "" : "PID ", process);
}

}  // namespace

void refuseTakenPorts(const LaunchPlan& plan, const std::string& cgroupRoot) {
    for (const auto& [uses, protocol, name] : {std::tuple(&EndpointBinding::tcp, IPPROTO_TCP, "tcp"),
                                               std::tuple(&EndpointBinding::udp, IPPROTO_UDP, "udp")}) {
        std::optional<std::map<uint64_t, Holder>> holders;  // asked for once, and not without need
        for (const EndpointBinding& each : plan.endpoints) {
            if (each.hostPort == 0 || !(each.*uses))
                continue;
            if (!holders)
                holders = holdersOf(protocol);
            if (const auto taken = holders->find(each.hostPort); taken != holders->end())
                throw Error(Errc::unavailable, cat("endpoint ", quoted(each.name), ": port ", each.hostPort, '/', name,
                                                   " is held by ", nameOf(taken->second, cgroupRoot)));
        }
    }
}

}  // namespace podd
