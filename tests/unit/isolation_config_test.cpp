// SPDX-License-Identifier: LGPL-2.1-or-later
// Settings about isolation: what they mean, and errors that say where the mistake stands.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "fakes/world.h"
#include "manager/config.h"
#include "model/resource_limits.h"

namespace podd {

namespace {

class IsolationConfigTest : public testing::Test {
protected:
    void write(const std::string& name, const std::string& text) const {
        makeDirectories(parentOf(path(name)));
        writeFileAtomically(path(name), text, Durability::volatileFile);
    }
    std::string path(const std::string& name) const { return directory_.path + "/" + name; }

    Config read(std::vector<std::string> arguments = {}) const {
        arguments.insert(arguments.begin(), {"podd", "--config", path("podd.conf")});
        std::vector<char*> argv;
        for (std::string& argument : arguments)
            argv.push_back(argument.data());
        return *readConfig(static_cast<int>(argv.size()), argv.data());
    }
    std::string refusal(const std::string& text) const {
        write("podd.conf", text);
        try {
            (void)read();
            return "";
        } catch (const Error& error) {
            return error.what();
        }
    }

    fakes::Directory directory_;
};

TEST_F(IsolationConfigTest, TakesEverySetting) {
    write("podd.conf", R"(# comment
isolation = posix/cpu,posix/mem  linux/nnp
cfs = yes
limit-swap = no
pids-limit = 5
io-weight = 200
io-read-bandwidth-max = /dev/vda:10M /dev/vdb:1
io-write-iops-max = /dev/vda:100
allowed-devices = /dev/fuse /dev/kvm:r
default-shm-size = 64
allow-host-ipc = yes
capabilities = CAP_CHOWN,net_raw
seccomp-profile = unconfined
rlimits = NOFILE=1024:4096 core=infinity
default-container-info = {"type":"MESOS","volumes":[{"host_path":"tmp","container_path":"/tmp","mode":"RW"}]}
allowed-host-paths = /srv /data
disk-watch-interval = 3
enforce-disk-quota = yes
)");
    const IsolationConfig config = read().isolation;
    EXPECT_EQ(config.selection, (std::vector<std::string>{"posix/cpu", "posix/mem", "linux/nnp"}));
    EXPECT_EQ(config.selectionPlace, path("podd.conf") + ":2: isolation");
    EXPECT_EQ(config.allowedHostPaths, (std::vector<std::string>{"/srv", "/data"}));
    const IsolationSettings& settings = config.settings;
    EXPECT_TRUE(settings.cfs && settings.allowHostIpc && settings.enforceDisk);
    EXPECT_FALSE(settings.limitSwap);
    EXPECT_EQ(settings.pids, 5u);
    EXPECT_EQ(settings.ioReadBytes, (IoLimits{{"/dev/vda", 10u << 20}, {"/dev/vdb", 1}}));
    EXPECT_EQ(settings.ioWriteOperations, (IoLimits{{"/dev/vda", 100}}));
    EXPECT_EQ(settings.devices, (std::vector<AllowedDevice>{{"/dev/fuse", "rw"}, {"/dev/kvm", "r"}}));
    EXPECT_EQ(settings.shmBytes, 64u << 20);
    EXPECT_EQ(settings.capabilities, capabilitySet({Capability::chown, Capability::netRaw}));
    EXPECT_EQ(settings.rlimits, (std::vector<ResourceLimit>{{7, 1024, 4096}, {4, kNoLimit, kNoLimit}}));
    EXPECT_EQ(settings.defaultContainerInfo.volumes, (std::vector<SharedVolume>{{"tmp", "/tmp", false}}));
    EXPECT_EQ(settings.diskIntervalUsec, 3'000'000u);
}

TEST_F(IsolationConfigTest, HasDefaults) {
    write("podd.conf", "");
    const IsolationConfig config = read().isolation;
    EXPECT_FALSE(config.selection.has_value());
    EXPECT_EQ(config.settings.capabilities, kDefaultCapabilities);
    EXPECT_EQ(config.settings.seccompProfile, "default");
    EXPECT_EQ(config.settings.pids, 2048u);
}

TEST_F(IsolationConfigTest, NamesTheLineOfAMistake) {
    const std::string at = path("podd.conf");
    EXPECT_EQ(refusal("\n capabilities = CAP_CHOWM\n"),
              at + ":2: capabilities: 'CAP_CHOWM': there is no such capability, did you mean 'CAP_CHOWN'?");
    EXPECT_EQ(refusal("allowed-devices = /etc/passwd"), at + ":1: allowed-devices: '/etc/passwd': is not below /dev");
    EXPECT_EQ(refusal("#\n#\nrlimits = NOFILES=1"),
              at + ":3: rlimits: there is no resource limit 'NOFILES', did you mean 'NOFILE'?");
    EXPECT_EQ(refusal("rlimits = NOFILE=2:1"), at + ":1: rlimits: 'NOFILE=2:1': the soft limit is above the hard one");
    EXPECT_EQ(refusal("io-read-bandwidth-max = /dev/vda"),
              at + ":1: io-read-bandwidth-max: '/dev/vda': is not PATH:NUMBER, as in /dev/vda:10M");
    EXPECT_EQ(refusal("allowed-host-paths = srv"), at + ":1: allowed-host-paths: 'srv': is not an absolute path");
    EXPECT_EQ(refusal("disk-watch-interval = 0"), at + ":1: disk-watch-interval: '0': must be at least 1");
    EXPECT_NE(
        refusal(R"(default-container-info = {"type":"DOCKER"})").find(at + ":1: default-container-info: JSON:1:9"),
        std::string::npos);
}

TEST_F(IsolationConfigTest, NamesTheDropInThatOverrides) {
    write("podd.conf", "isolation = linux/nnp\n");
    write("podd.conf.d/10.conf", "isolation = posix/cpu\n");
    write("podd.conf.d/20.conf", "\n\nisolation = posix/mem\n");
    EXPECT_EQ(read().isolation.selection, std::vector<std::string>{"posix/mem"});
    EXPECT_EQ(read().isolation.selectionPlace, path("podd.conf.d/20.conf") + ":3: isolation");
    EXPECT_EQ(read({"--isolation", "linux/nnp"}).isolation.selectionPlace, "command line: isolation");
}

TEST_F(IsolationConfigTest, ReadsAContainerInfoFromAFile) {
    write("info.json",
          R"({"type": "MESOS", "rlimit_info": {"rlimits": [{"type": "RLMT_NPROC", "soft": 1, "hard": 2}]}})");
    write("podd.conf", cat("default-container-info = ", path("info.json")));
    EXPECT_EQ(read().isolation.settings.defaultContainerInfo.rlimits, (std::vector<ResourceLimit>{{6, 1, 2}}));
}

}  // namespace

}  // namespace podd
