// SPDX-License-Identifier: LGPL-2.1-or-later
// Which networks an instance is on, which addresses it has there, and what is kept about that.
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "core/networks.h"
#include "core/subnet.h"
#include "fakes/world.h"
#include "manager/address_grants.h"
#include "network/bridge.h"
#include "network/nat.h"
#include "network/state_json.h"

namespace podd {
namespace {

using Texts = std::vector<std::string>;

PodSpec specOn(std::vector<NetworkSpec> networks) {
    PodSpec spec;
    spec.id = "/a";
    spec.networks = std::move(networks);
    return spec;
}

Texts namesOf(const PodSpec& spec, const std::string& unnamed = "podd") {
    Texts names;
    for (const NetworkAttachment& each : attachmentsOf(spec, unnamed))
        names.push_back(each.interface + '=' + each.network + (each.onBridge() ? "*" : "") +
                        (each.isDefault ? "!" : ""));
    return names;
}

std::string problemOf(const auto& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

TEST(Networks, AreOfADefinition) {
    EXPECT_EQ(namesOf(specOn({})), Texts{}) << "the host's";
    EXPECT_EQ(namesOf(specOn({{.mode = NetworkMode::host}})), Texts{});
    EXPECT_EQ(namesOf(specOn({{.name = "none"}})), Texts{});
    EXPECT_EQ(namesOf(specOn({{}})), Texts{"eth0=podd*!"});
    EXPECT_EQ(namesOf(specOn({{}}), "blue"), Texts{"eth0=blue!"});
    EXPECT_EQ(namesOf(specOn({{}}), "none"), Texts{});
    EXPECT_EQ(namesOf(specOn({{.mode = NetworkMode::bridge}}), "blue"), Texts{"eth0=podd*!"});
    EXPECT_EQ(namesOf(specOn({{.name = "blue"}, {}, {.name = "green"}})),
              (Texts{"eth0=blue!", "eth1=podd*", "eth2=green"}));
}

TEST(Subnet, CountsAddresses) {
    const Subnet four("10.213.0.0/16");
    EXPECT_EQ(four.address(1), "10.213.0.1");
    EXPECT_EQ(four.addressWithLength(300), "10.213.1.44/16");
    EXPECT_EQ(four.last(), 65534U);
    EXPECT_EQ(Subnet("192.168.7.0/24").last(), 254U);
    EXPECT_EQ(Subnet("10.0.0.0/8").last(), 65534U) << "as many as there are in the other family";
    const Subnet six("fd70:6f64:6400::/64");
    EXPECT_EQ(six.addressWithLength(300), "fd70:6f64:6400::12c/64");
    EXPECT_EQ(six.last(), 65534U);
    EXPECT_EQ(Subnet("fd00::/120").last(), 254U);
}

TEST(Subnet, RefusesWhatIsNone) {
    EXPECT_EQ(problemOf([] { Subnet("10.0.0.0/25"); }), "'10.0.0.0/25' has room for 126 instances, 254 are the least");
    EXPECT_NE(problemOf([] { Subnet("10.0.0.1/24"); }), "");
    EXPECT_NE(problemOf([] { Subnet("any"); }), "") << "one of each family";
    EXPECT_NE(problemOf([] { Subnet("podd"); }), "");
    EXPECT_NE(problemOf([] { Subnet("10.0.0.0/32"); }), "");
}

std::vector<NetworkAttachment> onBridge() {
    return attachmentsOf(specOn({{}}), "podd");
}

NetworkConfig small() {
    NetworkConfig config;
    config.ipv4 = Subnet("10.9.8.0/24");
    return config;
}

TEST(AddressGrants, AreOneInstancesInBothFamilies) {
    const fakes::Directory directory;
    AddressGrants grants(directory.path, small());
    std::vector<NetworkAttachment> first = onBridge(), second = onBridge();
    grants.grant({"/a", 1}, first);
    grants.grant({"/a", 2}, second);
    EXPECT_EQ(first[0].addresses, (Texts{"10.9.8.2/24", "fd70:6f64:6400::2/64"}));
    EXPECT_EQ(first[0].gateways, (Texts{"10.9.8.1", "fd70:6f64:6400::1"}));
    EXPECT_EQ(first[0].link, "podd-2");
    EXPECT_EQ(second[0].addresses, (Texts{"10.9.8.3/24", "fd70:6f64:6400::3/64"}));
    grants.release({"/a", 1});
    std::vector<NetworkAttachment> third = onBridge();
    grants.grant({"/a", 3}, third);
    EXPECT_EQ(third[0].link, "podd-4") << "an address rests";
    std::vector<NetworkAttachment> elsewhere = attachmentsOf(specOn({{.name = "blue"}}), "podd");
    grants.grant({"/a", 4}, elsewhere);
    EXPECT_TRUE(elsewhere[0].addresses.empty()) << "CNI grants its own";
}

TEST(AddressGrants, GoRoundAndComeToAnEnd) {
    const fakes::Directory directory;
    AddressGrants grants(directory.path, small());
    std::set<std::string> links;
    for (uint64_t number = 1; number <= 253; ++number) {
        std::vector<NetworkAttachment> attachments = onBridge();
        grants.grant({"/a", number}, attachments);
        links.insert(attachments[0].link);
    }
    EXPECT_EQ(links.size(), 253U);
    std::vector<NetworkAttachment> attachments = onBridge();
    EXPECT_EQ(problemOf([&] { grants.grant({"/a", 254}, attachments); }), "network 'podd': no address is free");
    grants.release({"/a", 100});
    grants.grant({"/a", 254}, attachments);
    EXPECT_EQ(attachments[0].link, "podd-101");
}

TEST(AddressGrants, ANewPoddKeepsWhatRunsAndForgetsTheRest) {
    const fakes::Directory directory;
    std::vector<NetworkAttachment> runs = onBridge(), lost = onBridge();
    {
        AddressGrants grants(directory.path, small());
        grants.grant({"/a", 1}, runs);
        grants.grant({"/a", 2}, lost);
    }
    AddressGrants grants(directory.path, small());
    grants.keep({"/a", 1}, runs);
    std::vector<NetworkAttachment> next = onBridge();
    grants.grant({"/a", 3}, next);
    EXPECT_EQ(next[0].link, "podd-4") << "nobody knows yet whether 3 is free";
    grants.sweep([](const InstanceId& id) { return id.number != 2; });
    const Leases leases(directory.path + "/addresses");
    EXPECT_EQ(leases.owners().size(), 2U);
    EXPECT_EQ(leases.ownerOf("3"), "");
}

NetworkOrder order() {
    NetworkOrder order{.instance = "a-1", .pod = "/a", .attachments = onBridge(), .endpoints = {}};
    order.attachments[0].link = "podd-2";
    order.attachments[0].addresses = {"10.213.0.2/16", "fd00::2/64"};
    order.endpoints = {
        {.container = "c", .name = "web", .tcp = true, .udp = true, .hostPort = 8080, .containerPort = 80},
        {.container = "c", .name = "in", .tcp = true, .containerPort = 81}};
    return order;
}

TEST(PortMaps, AreOfEndpointsWithBothPortsOnTheBridge) {
    const PortMap tcp{.hostPort = 8080, .ipv4 = "10.213.0.2", .ipv6 = "fd00::2", .containerPort = 80};
    PortMap udp = tcp;
    udp.udp = true;
    EXPECT_EQ(mapsOf(order()), (std::vector{tcp, udp}));
    NetworkOrder named = order();
    named.attachments.insert(named.attachments.begin(), {.network = "blue", .interface = "eth0", .isDefault = true});
    named.attachments[1].isDefault = false;
    EXPECT_TRUE(mapsOf(named).empty()) << "they lead over the first network, which plugins make";
    named.endpoints[0].network = "podd";
    EXPECT_EQ(mapsOf(named), (std::vector{tcp, udp}));
    EXPECT_EQ(wayTo(named.endpoints[1], named)->network, "blue");
}

TEST(Nat, IsOneTableOfItsOwn) {
    const Nat nat("podd", "podd0");
    const std::string script = nat.script({"10.213.0.1/16", "fd00::1/64"}, mapsOf(order()));
    EXPECT_TRUE(script.starts_with("add table inet podd\ndelete table inet podd\ntable inet podd {\n"));
    for (const char* line :
         {"oifname \"podd0\" ip saddr 127.0.0.0/8 masquerade", "oifname != \"podd0\" ip saddr 10.213.0.1/16 masquerade",
          "oifname != \"podd0\" ip6 saddr fd00::1/64 masquerade", "iifname \"podd0\" ip daddr 127.0.0.0/8 drop",
          "add element inet podd ports4 { tcp . 8080 : 10.213.0.2 . 80 }",
          "add element inet podd ports6 { udp . 8080 : fd00::2 . 80 }"})
        EXPECT_NE(script.find(line), std::string::npos) << line << " in\n" << script;
}

TEST(AttachedState, ComesBackAsItWas) {
    AttachedState state{.order = order(), .executor = {.pid = 17, .startTime = 4711}};
    EXPECT_EQ(parseState(stateText(state)), state);
    state.order.endpoints[0].network = "a \"quoted\" one\n";
    EXPECT_EQ(parseState(stateText(state)), state);
}

TEST(AttachedState, IsNotReadFromAnythingElse) {
    const std::string text = stateText({.order = order(), .executor = {.pid = 17, .startTime = 4711}});
    for (size_t length = 0; length + 2 < text.size(); length += 7)
        EXPECT_FALSE(parseState(text.substr(0, length))) << length;
    for (const char* other : {"[]", "{}", "null", "3", "{\"instance\": \"a\"}"})
        EXPECT_FALSE(parseState(other)) << other;
    std::string wrong = text;
    wrong.replace(wrong.find("4711"), 4, "\"no\"");
    EXPECT_FALSE(parseState(wrong));
}

}  // namespace
}  // namespace podd
