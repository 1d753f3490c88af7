// SPDX-License-Identifier: LGPL-2.1-or-later
// What is read of configurations and results in all versions, and what is refused, with its place.
#include "network/cni_json.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace podd {
namespace {

using Lines = std::vector<std::string>;

std::string refusal(const std::string& text) {
    try {
        (void)parseCniNetwork(text, "x.conf");
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::notSupported);
        return error.what();
    }
    return "";
}

TEST(CniJson, TheNewestVersionThatBothKnowIsSpoken) {
    const auto version = [](const std::string& versions) {
        return parseCniNetwork("{\"name\": \"a\", \"type\": \"b\", " + versions + "}", "x").version;
    };
    EXPECT_EQ(version(R"("cniVersion": "0.3.0")"), "0.3.0");
    EXPECT_EQ(version(R"("cniVersion": "0.4.0", "cniVersions": ["0.3.1", "1.0.0", "7.0.0"])"), "1.0.0");
    EXPECT_EQ(version(R"("cniVersions": ["1.1.0"])"), "1.1.0");
}

TEST(CniJson, ChecksDependOnVersionAndSwitch) {
    const auto hasCheck = [](const std::string& version, const std::string& more) {
        return parseCniNetwork("{\"name\": \"a\", \"type\": \"b\", \"cniVersion\": \"" + version + '"' + more + '}',
                               "x")
            .hasCheck();
    };
    EXPECT_TRUE(hasCheck("0.4.0", ""));
    EXPECT_TRUE(hasCheck("1.1.0", R"(, "disableCheck": false)"));
    EXPECT_FALSE(hasCheck("0.3.1", ""));
    EXPECT_FALSE(hasCheck("1.0.0", R"(, "disableCheck": true)"));
    EXPECT_FALSE(hasCheck("1.0.0", R"(, "disableCheck": "true")"));
}

TEST(CniJson, WhatIsWrongIsToldWithItsPlace) {
    EXPECT_EQ(refusal(R"({"cniVersion": "1.0.0", "type": "b"})"), "x.conf:1:1: error: /name: is missing");
    EXPECT_EQ(refusal(R"({"cniVersion": "1.0.0", "name": "a"})"), "x.conf:1:1: error: /type: is missing");
    EXPECT_EQ(refusal(R"({"cniVersion": "0.2.0", "name": "a", "type": "b"})"),
              "x.conf:1:1: error: /cniVersion: must be one of 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0");
    EXPECT_EQ(refusal("{\"cniVersion\": \"1.0.0\", \"name\": \"a\",\n \"type\": \"../b\"}"),
              "x.conf:2:10: error: /type: '../b' must be the name of a file, without a directory");
    EXPECT_EQ(refusal(R"({"cniVersion": "1.0.0", "name": "-a", "type": "b"})").substr(0, 38),
              "x.conf:1:33: error: /name: '-a' must b");
    EXPECT_EQ(refusal(R"({"cniVersion": "1.0.0", "name": "a", "plugins": []})"),
              "x.conf:1:49: error: /plugins: must not be empty");
    EXPECT_EQ(refusal(R"({"cniVersion": "1.0.0", "name": "a", "plugins": [{"type": "b"}, {}]})"),
              "x.conf:1:65: error: /plugins/1/type: is missing");
    EXPECT_EQ(refusal(R"({"cniVersion": "1.0.0", "name": "a", "plugins": ["b"]})").substr(0, 41),
              "x.conf:1:50: error: /plugins/0: must be a");
    EXPECT_EQ(refusal(R"({"cniVersion": "1.0.0", "name": "a", "name": "b", "type": "b"})").substr(0, 25),
              "x.conf:1:38: error: /name");
    EXPECT_NE(refusal(R"({"cniVersion": "1.0.0", "name": "a", "type": "b", "runtimeConfig": 1})"), "");
}

TEST(CniJson, InputsKeepWhatIsUnknownAndWhatIsConfigured) {
    const std::string text = R"({"cniVersion": "1.0.0", "name": "a", "type": "b", "args": {"big": 18446744073709551615},
        "capabilities": {"portMappings": true}, "runtimeConfig": {"mac": "00:11:22:33:44:55"}})";
    const CniNetwork network = parseCniNetwork(text, "x");
    EXPECT_EQ(cniPluginInput(text, network, 0, {{true, 53, 54}}, "{\"ips\":[]}"),
              R"({"args":{"big":18446744073709551615},"capabilities":{"portMappings":true},"cniVersion":"1.0.0",)"
              R"("name":"a","prevResult":{"ips":[]},"runtimeConfig":{"mac":"00:11:22:33:44:55",)"
              R"("portMappings":[{"containerPort":54,"hostPort":53,"protocol":"udp"}]},"type":"b"})"
              "\n");
}

TEST(CniJson, ResultsOfAllVersionsAreRead) {
    const CniResult old = parseCniResult(R"({"cniVersion": "0.3.1", "interfaces": [{"name": "eth0"}], "routes": null,
        "ips": [{"version": "4", "address": "10.1.2.3/24", "gateway": "10.1.2.1", "interface": 0},
                {"version": "6", "address": "fd00::3/64", "gateway": ""}],
        "dns": {"nameservers": ["10.1.2.1"], "domain": "local", "search": ["a.local", "b.local"]}})");
    EXPECT_EQ(old.addresses, (Lines{"10.1.2.3/24", "fd00::3/64"}));
    EXPECT_EQ(old.gateways, Lines{"10.1.2.1"});
    EXPECT_EQ(old.nameservers, Lines{"10.1.2.1"});
    EXPECT_EQ(old.searches, (Lines{"a.local", "b.local"}));
    const CniResult fresh = parseCniResult(R"({"cniVersion": "1.1.0", "dns": {"domain": "local"}})");
    EXPECT_TRUE(fresh.addresses.empty());
    EXPECT_EQ(fresh.searches, Lines{"local"});
    for (const char* text : {"", "[]", "{\"ips\": {}}", "{\"ips\": [{}]}", "{\"ips\": [{\"address\": \"any/8\"}]}",
                             "{\"ips\": [{\"address\": \"10.0.0.1/33\"}]}", "{\"dns\": {\"nameservers\": [\"any\"]}}"})
        EXPECT_THROW((void)parseCniResult(text), Error) << text;
}

TEST(CniJson, FailuresAreTexts) {
    const auto text = [](const char* printed) {
        const std::optional<CniFailure> failure = parseCniFailure(printed);
        return failure ? failure->text + (failure->incompatible ? "!" : "") : "-";
    };
    EXPECT_EQ(text(R"({"cniVersion": "1.0.0", "code": 7, "msg": "bad"})"), "bad");
    EXPECT_EQ(text(R"({"code": 1, "msg": "bad", "details": "worse\u001b"})"), "bad: worse\\x1b!");
    for (const char* printed : {"", "bad", "[]", "{}", R"({"msg": 1})", R"({"details": "x"})"})
        EXPECT_EQ(text(printed), "-") << printed;
}

TEST(CniJson, StatesReadAsWritten) {
    const CniState state{.request = {"web-1", "blue", "eth0", {{true, 65535, 1}, {false, 0, 80}}, "/web"},
                         .netns = "/run/netns/\"x\"",
                         .configuration = "{\n\t\"name\": \"\xc3\xa4\"}",
                         .result = "{}",
                         .complete = true};
    EXPECT_EQ(parseCniState(cniStateText(state)), state);
    for (const char* text : {"", "[]", "1", R"({"instance": {}})", R"({"ports": [1]})"})
        EXPECT_THROW((void)parseCniState(text), Error) << text;
}

}  // namespace
}  // namespace podd
