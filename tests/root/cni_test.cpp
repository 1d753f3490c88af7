// SPDX-License-Identifier: LGPL-2.1-or-later
// The plugins of Debian's containernetworking-plugins, between a network namespace that plays the host and another one
// that plays the instance.
#include "network/cni.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <set>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/tree.h"

namespace podd {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kPlugins = "/usr/lib/cni";

class CniPluginsTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root: network namespaces";
        for (const char* plugin : {"bridge", "host-local", "portmap"})
            if (::access(cat(kPlugins, '/', plugin).c_str(), X_OK) < 0)
                GTEST_SKIP() << "needs the CNI plugin " << plugin << " in " << kPlugins;
        std::string name = ::testing::TempDir() + "podd-cni-XXXXXX";
        root_ = ::mkdtemp(name.data());
        makeDirectories(root_ + "/etc");
        before_.reset(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
        if (::unshare(CLONE_NEWNET) < 0)
            GTEST_SKIP() << "cannot make a network namespace: " << errnoText(errno);
        host_.reset(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
        ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
        instance_.reset(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
        ASSERT_EQ(::setns(host_.get(), CLONE_NEWNET), 0);
    }
    void TearDown() override {
        if (before_) {
            EXPECT_EQ(::setns(before_.get(), CLONE_NEWNET), 0);
        }
        if (!root_.empty())
            (void)removeTree(root_);
    }

    CniSettings settings() const { return {root_ + "/etc", {kPlugins}, root_ + "/state", 20'000'000}; }
    // As plugins, which are other processes, find the namespace.
    std::string netns() const { return cat("/proc/", ::getpid(), "/fd/", instance_.get()); }

    void configure(const std::string& version, const std::string& more) const {
        const std::string text = cat(R"({"cniVersion": ")", version, R"(", "name": "blue", "plugins": [{
            "type": "bridge", "bridge": "podd-blue0", "isGateway": true, "ipam": {
                "type": "host-local", "dataDir": ")",
                                     root_, R"(/ipam", "ranges": [[{"subnet": "10.98.7.0/24"}]],
                "routes": [{"dst": "0.0.0.0/0"}]}, "dns": {"nameservers": ["10.98.7.1"]}})",
                                     more, "]}");
        writeFileAtomically(root_ + "/etc/10-blue.conflist", text, Durability::volatileFile);
    }
    // What host-local has given away.
    Lines allocations() const {
        Lines all;
        for (const std::string& file : listDirectory(root_ + "/ipam/blue"))
            if (file.starts_with("10."))
                all.push_back(file);
        return all;
    }
    static std::set<std::string> links() {
        std::set<std::string> names;
        const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> list(::if_nameindex(),
                                                                                        &::if_freenameindex);
        for (const struct if_nameindex* each = list.get(); each->if_index != 0; ++each)
            names.insert(each->if_name);
        return names;
    }
    template <typename Work>
    auto inInstance(Work&& work) const {
        EXPECT_EQ(::setns(instance_.get(), CLONE_NEWNET), 0);
        auto result = work();
        EXPECT_EQ(::setns(host_.get(), CLONE_NEWNET), 0);
        return result;
    }

    CniRequest request{.instance = "web-1", .network = "blue", .interface = "eth0", .pod = "/web"};

private:
    std::string root_;
    UniqueFd before_;
    UniqueFd host_;
    UniqueFd instance_;
};

// "eth0=10.98.7.2", of all IPv4 addresses.
std::set<std::string> addresses() {
    std::set<std::string> all;
    ifaddrs* list = nullptr;
    EXPECT_EQ(::getifaddrs(&list), 0);
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next)
        if (each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET) {
            std::array<char, INET_ADDRSTRLEN> text{};
            ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr, text.data(),
                        text.size());
            all.insert(cat(each->ifa_name, '=', text.data()));
        }
    ::freeifaddrs(list);
    return all;
}

bool natWorks() {
    return std::system("iptables -w -t nat -S > /dev/null 2>&1") == 0;  // NOLINT(cert-env33-c)
}

TEST_F(CniPluginsTest, ABridgeIsMadeCheckedAndTakenBack) {
    for (const char* version : {"0.3.1", "0.4.0", "1.0.0"}) {
        configure(version, "");
        const Cni cni(settings());
        const CniResult result = cni.add(request, netns());
        ASSERT_EQ(result.addresses.size(), 1U) << version;
        EXPECT_EQ(result.gateways, Lines{"10.98.7.1"}) << version;
        EXPECT_EQ(result.nameservers, Lines{"10.98.7.1"}) << version;
        const std::string address = result.addresses[0].substr(0, result.addresses[0].find('/'));
        EXPECT_EQ(inInstance(addresses).count("eth0=" + address), 1U) << version;
        EXPECT_EQ(allocations(), Lines{address}) << version;
        EXPECT_EQ(links().size(), 3U) << version << ": loopback, the bridge, and the other end";
        cni.check("web-1", netns());

        cni.remove("web-1", netns());
        EXPECT_EQ(inInstance(links), std::set<std::string>{"lo"}) << version;
        EXPECT_EQ(links(), (std::set<std::string>{"lo", "podd-blue0"})) << version;
        EXPECT_TRUE(allocations().empty()) << version;
        EXPECT_TRUE(cni.instances().empty()) << version;
    }
}

TEST_F(CniPluginsTest, ANamespaceThatIsGoneStillGivesItsAddressBack) {
    configure("1.0.0", "");
    const Cni cni(settings());
    (void)cni.add(request, netns());
    EXPECT_EQ(allocations().size(), 1U);
    cni.remove("web-1", "");
    EXPECT_TRUE(allocations().empty());
}

TEST_F(CniPluginsTest, AFailureLaterInTheListTakesTheBridgesPartBack) {
    configure("1.0.0", R"(, {"type": "portmap", "capabilities": {"portMappings": true}, "externalSetMarkChain": "X",
        "markMasqBit": 4})");
    const Cni cni(settings());
    request.ports = {{false, 8080, 80}};
    try {
        (void)cni.add(request, netns());
        ADD_FAILURE() << "portmap took a configuration that contradicts itself";
    } catch (const Error& error) {
        EXPECT_TRUE(std::string_view(error.what()).starts_with("network 'blue': plugin 'portmap': ADD: "))
            << error.what();
    }
    EXPECT_EQ(inInstance(links), std::set<std::string>{"lo"});
    EXPECT_TRUE(allocations().empty());
}

TEST_F(CniPluginsTest, ATooNewVersionLeavesNothing) {
    configure("1.1.0", "");
    const Cni cni(settings());
    try {
        (void)cni.add(request, netns());
        GTEST_SKIP() << "the plugins know version 1.1.0";
    } catch (const Error& error) {
        EXPECT_NE(std::string_view(error.what()).find("incompatible CNI versions"), std::string_view::npos)
            << error.what();
    }
    EXPECT_TRUE(cni.instances().empty());
}

TEST_F(CniPluginsTest, PortsAreMapped) {
    if (!natWorks())
        GTEST_SKIP() << "needs iptables with the table nat";
    configure("1.0.0", R"(, {"type": "portmap", "capabilities": {"portMappings": true}})");
    const Cni cni(settings());
    request.ports = {{false, 8080, 80}};
    (void)cni.add(request, netns());
    const auto mapped = [] {
        return std::system("iptables -w -t nat -S | grep -q 'dport 8080.*10.98.7.*:80'") == 0;  // NOLINT(cert-env33-c)
    };
    EXPECT_TRUE(mapped());  // CHECK of portmap 1.1.1 wants IPv6 rules of a network without IPv6, so it is not asked
    cni.remove("web-1", netns());
    EXPECT_FALSE(mapped());
    EXPECT_TRUE(cni.instances().empty());
}

}  // namespace
}  // namespace podd
