// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/table_monitor.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include <array>
#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

// The name of the table is attribute 1 of every message of nf_tables.
constexpr int kTableName = 1;
static_assert(NFTA_TABLE_NAME == kTableName && NFTA_CHAIN_TABLE == kTableName && NFTA_RULE_TABLE == kTableName &&
              NFTA_SET_TABLE == kTableName && NFTA_SET_ELEM_LIST_TABLE == kTableName && NFTA_OBJ_TABLE == kTableName &&
              NFTA_FLOWTABLE_TABLE == kTableName);

void check(int result, const char* what) {
    if (result < 0)
        throw Error(Errc::internal, cat(what, ": ", nl_geterror(result)));
}

std::string ownName() {
    std::array<char, 16> name{};  // TASK_COMM_LEN
    (void)::prctl(PR_GET_NAME, name.data());
    return name.data();
}

}  // namespace

void TableMonitor::Close::operator()(nl_sock* socket) const {
    nl_socket_free(socket);
}

TableMonitor::Socket TableMonitor::subscribe() {
    Socket socket(nl_socket_alloc());
    if (!socket)
        throw Error(Errc::internal, "nftables: listen: out of memory");
    nl_socket_disable_seq_check(socket.get());
    const auto onValid = [](nl_msg* message, void* self) {
        static_cast<TableMonitor*>(self)->onMessage(message);
        return static_cast<int>(NL_OK);
    };
    check(nl_socket_modify_cb(socket.get(), NL_CB_VALID, NL_CB_CUSTOM, onValid, this), "nftables: listen");
    check(nl_connect(socket.get(), NETLINK_NETFILTER), "nftables: listen");
    check(nl_socket_add_memberships(socket.get(), NFNLGRP_NFTABLES, 0), "nftables: listen");
    check(nl_socket_set_nonblocking(socket.get()), "nftables: listen");
    return socket;
}

TableMonitor::TableMonitor(sd_event* event, std::string table, std::function<void()> changed)
    : table_(std::move(table)),
      changed_(std::move(changed)),
      socket_(subscribe()),
      incoming_(event, nl_socket_get_fd(socket_.get()), EPOLLIN, [this](uint32_t) { read(); }) {}

TableMonitor::~TableMonitor() = default;

void TableMonitor::read() {
    int result = 0;
    do
        result = nl_recvmsgs_default(socket_.get());
    while (result >= 0);
    if (result == -NLE_NOMEM)  // ENOBUFS
        changed_();
    else if (result != -NLE_AGAIN)
        check(result, "nftables: read");
}

// A transaction's messages are followed by one that tells of the new generation of the ruleset, and who made it.
void TableMonitor::onMessage(nl_msg* message) {
    nlmsghdr* const header = nlmsg_hdr(message);
    const int kind = header->nlmsg_type & 0xff;
    if (kind != NFT_MSG_NEWGEN) {
        if (const nlattr* name = nlmsg_find_attr(header, sizeof(nfgenmsg), kTableName))
            touched_ = touched_ || table_ == nla_get_string(name);
        return;
    }
    // By its name: the number that comes along is that of another PID namespace, where there is one.
    const nlattr* process = nlmsg_find_attr(header, sizeof(nfgenmsg), NFTA_GEN_PROC_NAME);
    const bool own = process != nullptr && ownName() == nla_get_string(process);
    if (std::exchange(touched_, false) && !own)
        changed_();
}

}  // namespace podd
