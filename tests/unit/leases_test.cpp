// SPDX-License-Identifier: LGPL-2.1-or-later
// What there is only one of is given to one, whoever asks at the same time and whoever dies meanwhile.
#include "manager/leases.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "fakes/world.h"
#include "manager/port_grants.h"

namespace podd {

namespace {

TEST(Leases, AreOneOwners) {
    const fakes::Directory directory;
    Leases leases(directory.path + "/leases");
    EXPECT_TRUE(leases.take("tcp-80", "web-1"));
    EXPECT_TRUE(leases.take("tcp-80", "web-1")) << "it has it already";
    EXPECT_FALSE(leases.take("tcp-80", "web-2"));
    EXPECT_EQ(leases.ownerOf("tcp-80"), "web-1");
    EXPECT_EQ(leases.ownerOf("tcp-81"), "");
    leases.release("web-2");
    EXPECT_EQ(leases.ownerOf("tcp-80"), "web-1");
    leases.release("web-1");
    EXPECT_TRUE(leases.take("tcp-80", "web-2"));
}

TEST(Leases, OutliveWhoTookThem) {
    const fakes::Directory directory;
    const std::string owner(200, 'x');
    (void)Leases(directory.path).take("tcp-80", owner);
    Leases later(directory.path);
    EXPECT_EQ(later.owners(), std::set<std::string>{owner});
    EXPECT_FALSE(later.take("tcp-80", "web-2"));
    later.release(owner);
    EXPECT_TRUE(listDirectory(directory.path).empty());
}

// 8 processes at once on 64 things, each held for a moment: two of them have never the same.
class Writers {
public:
    static constexpr int kWriters = 8;
    static constexpr int kThings = 64;
    static constexpr int kRounds = 10'000 / kWriters;

    Writers() {
        void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        EXPECT_NE(memory, MAP_FAILED);
        shared_ = new (memory) Shared;
    }
    ~Writers() { ::munmap(shared_, sizeof(Shared)); }

    void run(const std::string& directory, bool kill) {
        std::vector<pid_t> writers;
        for (int i = 0; i < kWriters; ++i)
            if (const pid_t pid = ::fork(); pid == 0)
                write(directory, i);
            else
                writers.push_back(pid);
        while (kill && shared_->taken < 2'000)
            ::usleep(100);
        for (const pid_t pid : writers) {
            if (kill)
                ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
    }

    struct Shared {
        std::atomic<int> holder[kThings]{};  // 0 = nobody, else the writer and 1
        std::atomic<int> taken = 0;
        std::atomic<int> twice = 0;
    };
    const Shared& shared() const { return *shared_; }

private:
    [[noreturn]] void write(const std::string& directory, int self) {
        std::minstd_rand luck(static_cast<unsigned>(self) + 1);
        Leases leases(directory);
        for (int round = 0; round < kRounds;) {
            const auto which = static_cast<int>(luck() % kThings);
            if (!leases.take(cat("tcp-", which), cat("writer-", self)))
                continue;
            ++round;
            ++shared_->taken;
            if (shared_->holder[which].exchange(self + 1) != 0)
                ++shared_->twice;
            ::sched_yield();
            shared_->holder[which] = 0;
            leases.release(cat("writer-", self));
        }
        ::_exit(0);
    }

    Shared* shared_;
};

TEST(Leases, TenThousandByEightWritersAtOnceAreNeverGivenTwice) {
    const fakes::Directory directory;
    Writers writers;
    writers.run(directory.path, false);
    EXPECT_EQ(writers.shared().taken, Writers::kWriters * Writers::kRounds);
    EXPECT_EQ(writers.shared().twice, 0);
    EXPECT_TRUE(listDirectory(directory.path).empty());
}

TEST(Leases, WhatAKilledWriterHadIsStillItsAndCanBeReleased) {
    const fakes::Directory directory;
    Writers writers;
    writers.run(directory.path, true);
    EXPECT_EQ(writers.shared().twice, 0);
    Leases later(directory.path);
    for (int which = 0; which < Writers::kThings; ++which)
        if (const int holder = writers.shared().holder[which]; holder != 0) {
            EXPECT_EQ(later.ownerOf(cat("tcp-", which)), cat("writer-", holder - 1));
        }
    EXPECT_LE(listDirectory(directory.path).size(), size_t{Writers::kWriters});
    for (const std::string& owner : later.owners())
        later.release(owner);
    EXPECT_TRUE(listDirectory(directory.path).empty());
}

PodSpec specOf(const std::string& id, std::vector<Endpoint> endpoints) {
    PodSpec spec;
    spec.id = id;
    spec.networks = {{.mode = NetworkMode::host}};
    spec.containers = {{.name = "c", .endpoints = std::move(endpoints)}};
    return spec;
}

std::string problemOf(const std::function<void()>& call) {
    try {
        call();
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

TEST(PortGrants, AreOfTheRangeAndOneInstances) {
    const fakes::Directory directory;
    PortGrants grants(directory.path, {31000, 31002});
    const PodSpec two = specOf("/a", {{.name = "x"}, {.name = "y", .protocols = {"udp"}}});
    EXPECT_EQ(grants.grant(two, {"/a", 1}), (GrantedPorts{{"x", 31000}, {"y", 31001}}));
    EXPECT_EQ(grants.grant(two, {"/a", 2}), (GrantedPorts{{"x", 31002}, {"y", 31000}}))
        << "udp of a port is another thing";
    EXPECT_EQ(grants.grant(specOf("/b", {{.name = "z"}}), {"/b", 1}), (GrantedPorts{{"z", 31001}}));
    EXPECT_EQ(problemOf([&] {
                  grants.grant(specOf("/b", {{.name = "z"}}), {"/b", 2});
              }),
              "endpoint 'z': no port of 31000-31002 is free (port-range in podd.conf)");
    grants.release({"/a", 1});
    EXPECT_EQ(grants.grant(specOf("/b", {{.name = "z"}}), {"/b", 2}), (GrantedPorts{{"z", 31000}}));
}

TEST(PortGrants, AFixedPortIsNotGrantedAndItsHolderIsNamed) {
    const fakes::Directory directory;
    PortGrants grants(directory.path, {31000, 31001});
    const PodSpec spec = specOf("/a/b-c", {{.name = "x"}, {.name = "y", .hostPort = uint16_t{31000}}});
    EXPECT_EQ(grants.grant(spec, {"/a/b-c", 7}), (GrantedPorts{{"x", 31001}})) << "31000 has a name";
    const PodSpec other =
        specOf("/o", {{.name = "free", .protocols = {"udp"}}, {.name = "z", .hostPort = uint16_t{31000}}});
    EXPECT_EQ(problemOf([&] {
                  grants.grant(other, {"/o", 1});
              }),
              "endpoint 'z': port 31000/tcp is held by instance '/a/b-c.7'");
    grants.release({"/a/b-c", 7});
    EXPECT_EQ(grants.grant(other, {"/o", 2}), (GrantedPorts{{"free", 31000}})) << "the refused one has kept nothing";
}

TEST(PortGrants, ANewPoddKeepsWhatRunsAndForgetsTheRest) {
    const fakes::Directory directory;
    const PodSpec spec = specOf("/a", {{.name = "x"}});
    {
        PortGrants grants(directory.path, {31000, 31003});
        grants.grant(spec, {"/a", 1});
        grants.grant(spec, {"/a", 2});
    }
    PortGrants later(directory.path, {31000, 31003});
    later.keep({"/a", 3}, {{"c", "x", true, false, 31002, 0}});
    EXPECT_EQ(later.grant(spec, {"/a", 4}), (GrantedPorts{{"x", 31003}}));
    later.sweep([](const InstanceId& id) { return id.number != 1; });
    EXPECT_EQ(later.grant(spec, {"/a", 5}), (GrantedPorts{{"x", 31000}}));
}

}  // namespace

}  // namespace podd
