// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/wire.h"

#include <gtest/gtest.h>

#include "model/launch_plan.h"

using namespace podd;

namespace {

LaunchPlan fullPlan() {
    LaunchPlan plan;
    plan.pod = "/prod/web-1";
    plan.number = 18446744073709551615U;
    plan.version = "2026-01-02T03:04:05.678Z";
    plan.runDirectory = "/run/podd";
    plan.sandbox = "/var/lib/podd/sandboxes/x";
    plan.podSlice = "pod-prod-web\\x2d1.slice";
    plan.instanceSlice = "pod-prod-web\\x2d1-3.slice";
    plan.hostname = "web";
    plan.ipcNamespace = true;
    plan.directories = {{.path = "/a", .owner = "www-data", .mode = 01777, .like = "/tmp"}, {}};
    plan.sharedMemoryOptions = "size=1";
    plan.forbidden = {"/proc", ""};
    plan.diskIntervalUsec = 15'000'000;
    ContainerPlan container;
    container.name = "nginx";
    container.scope = "pod-prod-web\\x2d1-3-nginx.scope";
    container.sandbox = "/s";
    container.user = "1000";
    container.argv = {"/bin/sh", "-c", std::string("a\0b\n\xFF", 5), ""};
    container.environment = {"A=", "B=x=y"};
    container.mounts = {
        {MountKind::mqueue, "/src", "target", "mode=0700", true, true, "data", SourceCheck::hostVolume, true}, {}};
    container.mountNamespace = container.pidNamespace = container.ipcNamespace = true;
    container.restrictCapabilities = container.noNewPrivileges = container.measureDisk = true;
    container.capabilities = kAllCapabilities;
    container.seccomp = {0, 18446744073709551615U};
    container.limits = {{7, 1024, 18446744073709551615U}};
    container.diskLimit = 10;
    container.killGraceUsec = 3'000'000;
    container.checks = {{.purpose = CheckPurpose::readiness,
                         .probe = ProbeKind::http,
                         .argv = {"a", ""},
                         .port = 65535,
                         .url = "http://127.0.0.1:1/",
                         .delayUsec = 1,
                         .intervalUsec = 2,
                         .timeoutUsec = 3,
                         .graceUsec = 4,
                         .maxFailures = 5},
                        {}};
    plan.containers = {container, {}};
    return plan;
}

template <typename Work>
std::string refusal(Work work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

TEST(Wire, ALaunchPlanComesBackAsItWent) {
    EXPECT_EQ(wire::decode<LaunchPlan>(wire::encode(fullPlan())), fullPlan());
    EXPECT_EQ(wire::decode<LaunchPlan>(wire::encode(LaunchPlan{})), LaunchPlan{});
}

TEST(Wire, EncodingIsDeterministic) {
    EXPECT_EQ(wire::encode(fullPlan()), wire::encode(fullPlan()));
    LaunchPlan other = fullPlan();
    other.containers[1].mounts.emplace_back();
    EXPECT_NE(wire::encode(other), wire::encode(fullPlan()));
}

TEST(Wire, EveryTruncationAndAnythingBehindTheEndIsRefused) {
    const std::string whole = wire::encode(fullPlan());
    for (size_t length = 0; length < whole.size(); ++length)
        EXPECT_NE(refusal([&] { wire::decode<LaunchPlan>(whole.substr(0, length)); }), "") << length;
    EXPECT_NE(refusal([&] { wire::decode<LaunchPlan>(whole + '\0'); }), "");
}

TEST(Wire, NoFlippedByteReadsBeyondTheInput) {
    const std::string whole = wire::encode(fullPlan());
    for (size_t at = 0; at < whole.size(); ++at)
        for (const char byte : {'\0', '\x01', '\x7F', '\xFF'}) {
            std::string broken = whole;
            broken[at] = byte;
            (void)refusal([&] { wire::decode<LaunchPlan>(broken); });  // refused or another plan, but never worse
        }
}

TEST(Wire, AnotherVersionIsRefusedWithAdvice) {
    std::string message = wire::encode(std::string("x"));
    message[0] = static_cast<char>(wire::kVersion + 1);
    EXPECT_NE(refusal([&] { wire::decode<std::string>(message); }).find("podd-spawner.service"), std::string::npos);
}

TEST(Wire, StringsCarryTheirNul) {
    const std::string message = wire::encode(std::string("abc"));
    EXPECT_EQ(message.substr(message.size() - 4), std::string("abc\0", 4));
    std::string broken = message;
    broken.back() = 'x';
    EXPECT_NE(refusal([&] { wire::decode<std::string>(broken); }), "");
}

TEST(Wire, CountsThatCannotBeAreRefusedBeforeMemoryIsTaken) {
    wire::Writer writer;
    writer(wire::kVersion);
    writer(uint64_t{1} << 60);
    const std::string message = writer.take();
    EXPECT_NE(refusal([&] { wire::decode<std::vector<std::string>>(message); }), "");
    EXPECT_NE(refusal([&] { wire::decode<std::string>(message); }), "");
}

TEST(Wire, NumbersKeepTheirSign) {
    EXPECT_EQ(wire::decode<int64_t>(wire::encode(int64_t{-5})), -5);
    EXPECT_EQ(wire::decode<int32_t>(wire::encode(int32_t{-5})), -5);
    EXPECT_EQ(wire::decode<bool>(wire::encode(true)), true);
}

}  // namespace
