// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks made by plugins that are shell scripts: what they are told, in which order, and what is left when one of them
// fails, hangs, or whoever runs them dies.
#include "network/cni.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/tree.h"

namespace podd {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kResult = R"({"cniVersion":"1.0.0","ips":[{"address":"10.1.2.3/24","gateway":"10.1.2.1"}]})";

class CniTest : public ::testing::Test {
protected:
    CniTest() {
        std::string name = ::testing::TempDir() + "podd-cni-XXXXXX";
        root_ = ::mkdtemp(name.data());
        for (const char* each : {"/bin", "/etc"})
            makeDirectories(root_ + each);
    }
    ~CniTest() override { (void)removeTree(root_); }

    const std::string& root() const { return root_; }
    CniSettings settings() const {
        return {root_ + "/etc", {root_ + "/none", root_ + "/bin"}, root_ + "/state", timeout};
    }
    Cni cni() const { return Cni(settings()); }

    void configure(const std::string& file, const std::string& text) const {
        writeFileAtomically(cat(root_, "/etc/", file), text, Durability::volatileFile);
    }
    // A network 'blue' of these plugins.
    void configureBlue(const std::string& plugins, const std::string& version = "1.0.0",
                       const std::string& more = "") const {
        configure("10-blue.conflist", cat(R"({"cniVersion": ")", version, R"(", "name": "blue", )", more,
                                          R"("plugins": [)", plugins, "]}"));
    }
    // A plugin that notes how it was called, and then runs what is given.
    void plugin(const std::string& name, const std::string& script) const {
        const std::string note = cat(root_, '/', name, '.');
        writeFileAtomically(cat(root_, "/bin/", name),
                            cat("#!/bin/sh\nread -r in; echo \"$in\" > ", note, "$CNI_COMMAND; echo ", name,
                                " $CNI_COMMAND >> ", root_, "/calls\n", script, '\n'),
                            Durability::volatileFile, 0755);
    }
    void goodPlugin(const std::string& name) const { plugin(name, cat("echo '", kResult, "'")); }

    std::string inputOf(const std::string& name, const std::string& command) const {
        return readFile(cat(root_, '/', name, '.', command));
    }
    // What has been called since the last time that it was asked.
    Lines calls() const {
        const std::string path = root_ + "/calls";
        Lines lines = split(readFileIfExists(path).value_or(""), '\n');
        (void)::unlink(path.c_str());
        lines.pop_back();
        return lines;
    }
    std::string failureOf(const std::function<void()>& work) const {
        try {
            work();
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    }
    std::string failureOfAdd() const {
        return failureOf([&] { (void)cni().add(request, "/run/netns/x"); });
    }

    CniRequest request{.instance = "prod-web\\x2d1-3", .network = "blue", .interface = "eth0", .pod = "/prod/web-1"};
    uint64_t timeout = 20'000'000;

private:
    std::string root_;
};

TEST_F(CniTest, PluginsGetExactlyTheirEnvironment) {
    ASSERT_EQ(::setenv("PODD_TEST_SECRET", "1", 1), 0);
    plugin("one", cat("tr '\\0' '\\n' < /proc/$$/environ > ", root(), "/environment; echo '", kResult, "'"));
    configureBlue(R"({"type": "one"})");
    (void)cni().add(request, "/run/netns/x");
    ::unsetenv("PODD_TEST_SECRET");
    EXPECT_EQ(
        readFile(root() + "/environment"),
        cat("CNI_COMMAND=ADD\nCNI_CONTAINERID=podd-prod-web_5cx2d1-3\nCNI_NETNS=/run/netns/x\nCNI_IFNAME=eth0\n"
            "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAME=prod-web-1\nCNI_PATH=",
            root(), "/none:", root(), "/bin\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"));
}

TEST_F(CniTest, EachPluginGetsTheResultOfTheOneBefore) {
    plugin("one", R"(echo '{"cniVersion":"1.0.0","ips":[],"custom":{"x":[1,null]}}')");
    goodPlugin("two");
    configureBlue(R"({"type": "one", "unknown": {"deep": [true]}}, {"type": "two"})");
    const CniResult result = cni().add(request, "/run/netns/x");
    EXPECT_EQ(result.addresses, Lines{"10.1.2.3/24"});
    EXPECT_EQ(result.gateways, Lines{"10.1.2.1"});
    EXPECT_EQ(calls(), (Lines{"one ADD", "two ADD"}));
    EXPECT_EQ(inputOf("one", "ADD"), R"({"cniVersion":"1.0.0","name":"blue","type":"one","unknown":{"deep":[true]}})"
                                     "\n");
    EXPECT_EQ(inputOf("two", "ADD"),
              R"({"cniVersion":"1.0.0","name":"blue","prevResult":{"cniVersion":"1.0.0","custom":{"x":[1,null]},)"
              R"("ips":[]},"type":"two"})"
              "\n");
}

TEST_F(CniTest, PortsAreForPluginsWithTheCapability) {
    goodPlugin("one");
    goodPlugin("two");
    configureBlue(R"({"type": "one", "capabilities": {"bandwidth": true, "portMappings": false}},
                     {"type": "two", "capabilities": {"portMappings": true}})");
    request.ports = {{false, 8080, 80}, {true, 53, 5353}};
    const Cni cni = this->cni();
    (void)cni.add(request, "/run/netns/x");
    cni.remove(request.instance, "");
    for (const char* command : {"ADD", "DEL"}) {
        EXPECT_EQ(inputOf("one", command).find("runtimeConfig"), std::string::npos);
        EXPECT_NE(inputOf("two", command)
                      .find(R"("runtimeConfig":{"portMappings":[{"containerPort":80,"hostPort":8080,"protocol":"tcp"},)"
                            R"({"containerPort":5353,"hostPort":53,"protocol":"udp"}]})"),
                  std::string::npos)
            << inputOf("two", command);
    }
}

TEST_F(CniTest, AFailureTakesEverythingBackInReverseOrder) {
    for (const char* name : {"one", "three"})
        goodPlugin(name);
    plugin("two", R"([ $CNI_COMMAND = DEL ] || { echo 'a warning' >&2
        echo '{"code": 100, "msg": "no addresses left", "details": "of 10.1.2.0/24"}'; exit 3; })");
    configureBlue(R"({"type": "one"}, {"type": "two"}, {"type": "three"})");
    EXPECT_EQ(failureOfAdd(), "network 'blue': plugin 'two': ADD: no addresses left: of 10.1.2.0/24");
    EXPECT_EQ(calls(), (Lines{"one ADD", "two ADD", "three DEL", "two DEL", "one DEL"}));
    EXPECT_TRUE(listDirectory(root() + "/state").empty());
}

TEST_F(CniTest, AFailureIsToldByWhateverThereIs) {
    configureBlue(R"({"type": "one"})");
    for (const auto& [script, cause] : std::vector<std::pair<std::string, std::string>>{
             {"echo first >&2; echo last >&2; echo >&2; exit 1", "last"},
             {"exit 4", "ended with status 4"},
             {"kill -9 $$", "was killed by SIGKILL"},
             {"echo hello", "output:1:1: error: "},
             {"true", "output:1:1: error: "},
             {R"(echo '{"ips": [{"address": "10.1.2.3"}]}')", "output:1:22: error: /ips/0/address: '10.1.2.3' is no "},
             {"head -c 1000000 /dev/zero", "printed more than 256.0 KiB"}}) {
        plugin("one", "[ $CNI_COMMAND = DEL ] || { " + script + "\n}");
        const std::string failure = failureOfAdd();
        EXPECT_TRUE(failure.starts_with("network 'blue': plugin 'one': ADD: " + cause)) << failure;
        EXPECT_EQ(calls(), (Lines{"one ADD", "one DEL"})) << script;
        EXPECT_TRUE(cni().instances().empty()) << script;
    }
}

TEST_F(CniTest, WhatCannotBeTakenBackIsKept) {
    plugin("one", R"(echo "no $CNI_COMMAND" >&2; exit 1)");
    configureBlue(R"({"type": "one"})");
    EXPECT_EQ(failureOfAdd(), "network 'blue': plugin 'one': ADD: no ADD; taking it back: plugin 'one': DEL: no DEL");
    EXPECT_EQ(cni().instances(), Lines{request.instance});
    plugin("one", "true");
    cni().remove(request.instance, "");
    EXPECT_TRUE(cni().instances().empty());
}

TEST_F(CniTest, APluginOfAnotherVersionHasMadeNothing) {
    plugin("one", R"(echo '{"code": 1, "msg": "incompatible CNI versions"}'; exit 1)");
    configureBlue(R"({"type": "one"})", "1.1.0");
    EXPECT_EQ(failureOfAdd(), "network 'blue': plugin 'one': ADD: incompatible CNI versions");
    EXPECT_TRUE(cni().instances().empty());
}

TEST_F(CniTest, WithoutAPluginNothingIsBegun) {
    goodPlugin("one");
    configureBlue(R"({"type": "one"}, {"type": "two"})");
    const std::string why =
        cat("network 'blue': plugin 'two': no program of this name in ", root(), "/none, ", root(), "/bin");
    EXPECT_EQ(cni().whyNot("blue"), why);
    EXPECT_EQ(failureOfAdd(), why);
    EXPECT_TRUE(calls().empty());
    EXPECT_TRUE(cni().instances().empty());
}

// "" when there is no such process, or nobody has reaped it yet.
std::string processState(const std::string& pid) {
    const std::string stat = readFileIfExists(cat("/proc/", pid, "/stat")).value_or("");
    const size_t name = stat.rfind(')');
    return name == std::string::npos || stat.compare(name, 3, ") Z") == 0 ? "" : stat;
}

TEST_F(CniTest, AHangingPluginIsKilledWithItsChildren) {
    plugin("one", cat("[ $CNI_COMMAND = DEL ] || { sleep 1000 & echo -n $! > ", root(), "/child; wait; }"));
    configureBlue(R"({"type": "one"})");
    timeout = 150'000;
    EXPECT_EQ(failureOfAdd(), "network 'blue': plugin 'one': ADD: did not end within 150ms");
    EXPECT_EQ(calls(), (Lines{"one ADD", "one DEL"}));
    const std::string child = readFile(root() + "/child");
    for (int i = 0; i < 100 && !processState(child).empty(); ++i)
        ::usleep(1000);
    EXPECT_EQ(processState(child), "");
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(CniTest, AChildThatKeepsTheOutputOpenIsNotWaitedFor) {
    plugin("one", cat("sleep 1000 & echo -n $! > ", root(), "/child; echo '", kResult, "'"));
    configureBlue(R"({"type": "one"})");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(cni().add(request, "/run/netns/x").addresses, Lines{"10.1.2.3/24"});
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
    const std::string child = readFile(root() + "/child");
    EXPECT_NE(processState(child), "") << "it is no plugin, it may go on";
    ::kill(static_cast<pid_t>(parseUnsigned(child).value()), SIGKILL);
}

TEST_F(CniTest, WhatIsRemovedIsWhatWasMadeAndNotWhatIsConfigured) {
    goodPlugin("one");
    goodPlugin("two");
    configureBlue(R"({"type": "one", "key": "old"}, {"type": "two"})");
    (void)cni().add(request, "/run/netns/x");
    configureBlue(R"({"type": "two", "key": "new"})");
    (void)calls();
    EXPECT_EQ(cni().instances(), Lines{request.instance});
    cni().remove(request.instance, "");
    EXPECT_EQ(calls(), (Lines{"two DEL", "one DEL"}));
    EXPECT_EQ(inputOf("one", "DEL"),
              R"({"cniVersion":"1.0.0","key":"old","name":"blue","prevResult":{"cniVersion":"1.0.0","ips":[{"address":)"
              R"("10.1.2.3/24","gateway":"10.1.2.1"}]},"type":"one"})"
              "\n");
    EXPECT_TRUE(listDirectory(root() + "/state").empty());
    cni().remove(request.instance, "");
    EXPECT_TRUE(calls().empty());
}

TEST_F(CniTest, RemovalTriesAllAndKeepsWhatFailed) {
    goodPlugin("one");
    plugin("two", cat("[ $CNI_COMMAND = ADD ] && exec echo '", kResult, "'; echo \"$CNI_IFNAME is busy\" >&2; exit 1"));
    configureBlue(R"({"type": "one"})");
    configure("20-red.conf", R"({"cniVersion": "0.3.1", "name": "red", "type": "two"})");
    (void)cni().add(request, "/run/netns/x");
    for (const char* interface : {"eth10", "eth2"}) {
        request.network = "red";
        request.interface = interface;
        (void)cni().add(request, "/run/netns/x");
    }
    (void)calls();
    EXPECT_EQ(failureOf([&] { cni().remove(request.instance, "/run/netns/x"); }),
              "network 'red': plugin 'two': DEL: eth10 is busy; network 'red': plugin 'two': DEL: eth2 is busy");
    EXPECT_EQ(calls(), (Lines{"two DEL", "two DEL", "one DEL"}));
    EXPECT_EQ(inputOf("two", "DEL").find("prevResult"), std::string::npos) << "0.3.1 has no such thing";
    plugin("two", "true");
    cni().remove(request.instance, "");
    EXPECT_EQ(calls(), (Lines{"two DEL", "two DEL"}));
    EXPECT_TRUE(cni().instances().empty());
}

TEST_F(CniTest, WhoeverIsKilledLeavesWhatIsNeeded) {
    goodPlugin("one");
    plugin("two", cat("[ $CNI_COMMAND = DEL ] || { echo > ", root(), "/reached; exec sleep 1000; }"));
    configureBlue(R"({"type": "one"}, {"type": "two"})");
    const pid_t worker = ::fork();
    if (worker == 0) {
        (void)failureOfAdd();
        ::_exit(EXIT_SUCCESS);
    }
    while (::access((root() + "/reached").c_str(), F_OK) < 0)
        ::usleep(1000);
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
    EXPECT_EQ(failureOf([&] { cni().check(request.instance, "/run/netns/x"); }),
              "network 'blue': was not made to its end");
    (void)calls();
    cni().remove(request.instance, "");
    EXPECT_EQ(calls(), (Lines{"two DEL", "one DEL"}));
    EXPECT_NE(inputOf("two", "DEL").find(R"("prevResult":{)"), std::string::npos) << "of the one that had ended";
    EXPECT_TRUE(cni().instances().empty());
}

TEST_F(CniTest, AnInterfaceThatIsThereIsMadeAnew) {
    goodPlugin("one");
    configureBlue(R"({"type": "one"})");
    for (int i = 0; i < 2; ++i)
        (void)cni().add(request, "/run/netns/x");
    EXPECT_EQ(calls(), (Lines{"one ADD", "one DEL", "one ADD"}));
}

TEST_F(CniTest, ChecksWhereTheVersionHasThem) {
    goodPlugin("one");
    plugin("two", cat("[ $CNI_COMMAND = CHECK ] || exec echo '", kResult, "'\necho 'eth0 is down' >&2; exit 1"));
    const auto check = [&](const std::string& version, const std::string& more) {
        configureBlue(R"({"type": "one"}, {"type": "two"})", version, more);
        (void)cni().add(request, "/run/netns/x");
        (void)calls();
        return failureOf([&] { cni().check(request.instance, "/run/netns/x"); });
    };
    EXPECT_EQ(check("0.4.0", ""), "network 'blue': plugin 'two': CHECK: eth0 is down");
    EXPECT_EQ(calls(), (Lines{"one CHECK", "two CHECK"}));
    EXPECT_NE(inputOf("one", "CHECK").find(R"("prevResult":{)"), std::string::npos);
    EXPECT_EQ(check("0.4.0", R"("disableCheck": true, )"), "");
    EXPECT_EQ(check("0.3.1", ""), "");
    EXPECT_TRUE(calls().empty());
}

TEST_F(CniTest, InstancesAreToldApartByTheFilesOfTheirInterfaces) {
    goodPlugin("one");
    configureBlue(R"({"type": "one"})");
    for (const char* instance : {"web.eth0-1", "web-1"}) {
        request.instance = instance;
        (void)cni().add(request, "/run/netns/x");
    }
    writeFileAtomically(root() + "/state/db-1.eth0.new", "{", Durability::volatileFile);
    EXPECT_EQ(cni().instances(), (Lines{"web-1", "web.eth0-1"}));
    for (const char* interface : {"", "new", "eth.0", "a/b", "sixteenletters_x"}) {
        request.interface = interface;
        EXPECT_NE(failureOfAdd().find("is no name for one"), std::string::npos) << interface;
    }
}

TEST_F(CniTest, NoDescriptorIsLeftOrPassedOn) {
    // Shells keep their script open at 10 or above. One that makes a pipe has more at that moment.
    plugin("one", cat("ls /proc/$$/fd > ", root(), "/descriptors; echo '", kResult, "'"));
    configureBlue(R"({"type": "one"})");
    const Lines before = listDirectory("/proc/self/fd");
    (void)cni().add(request, "/run/netns/x");
    EXPECT_EQ(listDirectory("/proc/self/fd").size(), before.size());
    std::string seen;
    for (const std::string& each : split(readFile(root() + "/descriptors"), '\n'))
        if (each.size() == 1)
            seen += each + ' ';
    EXPECT_EQ(seen, "0 1 2 ");
}

}  // namespace
}  // namespace podd
