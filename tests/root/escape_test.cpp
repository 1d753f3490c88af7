// SPDX-License-Identifier: LGPL-2.1-or-later
// Ways out of a container that need a host to be changed at the right moment, or a look at podd-init itself. Each is
// tried on podd-init as it is and then where the guard is missing (podd-init-weakened, a program that is not sealed):
// there it has to succeed, or the test would see nothing.
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "executor/init_image.h"
#include "executor/launch.h"
#include "executor_lab.h"

namespace podd::test {

namespace {

// A process that lets two names be each other for a moment, again and again, until it is destroyed. The time between is
// long enough for a launch to meet the first of them some ten times in a row, and short enough to hit it at any point.
class Swapper {
public:
    Swapper(const std::string& one, const std::string& other)
        : swaps_(new (::mmap(nullptr, sizeof(std::atomic<uint64_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                             -1, 0)) std::atomic<uint64_t>(0)) {
        pid_ = ::fork();
        for (; pid_ == 0; ++*swaps_) {
            if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) < 0)
                ::_exit(EXIT_FAILURE);
            if (*swaps_ % 2 == 1)
                pause(20 + *swaps_ * 7919 % 180);
        }
    }
    ~Swapper() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::munmap(swaps_, sizeof(*swaps_));
    }
    Swapper(const Swapper&) = delete;
    Swapper& operator=(const Swapper&) = delete;

    uint64_t swaps() const { return *swaps_; }

private:
    static void pause(uint64_t microseconds) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(microseconds);
        while (std::chrono::steady_clock::now() < end)
            continue;
    }

    std::atomic<uint64_t>* swaps_;
    pid_t pid_;
};

struct Place {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const Place&) const = default;
};

// Who was where when podd-init opened the source of a mount. What was opened before a refusal does not count: nobody
// sees what it was.
struct Wins {
    int own = 0;      // the volume was mounted
    int refused = 0;  // the link was there, and podd-init said so
    int foreign = 0;  // what the link leads to was mounted
    int other = 0;    // anything else

    int rounds() const { return own + refused + foreign + other; }
};

}  // namespace

class Escape : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root: namespaces and mounts";
        std::string name = "/tmp/podd-escape.XXXXXX";
        directory_ = ::mkdtemp(name.data());
        for (const char* each : {"sandbox", "vol", "state"})
            makeDirectories(path(each));
        std::filesystem::create_symlink(path("state"), path("to-state"));
        std::filesystem::create_symlink("/", path("to-root"));
        launch_.forbidden = {"/proc", "/sys", "/dev", path("state")};
        container_.name = "c";
        container_.sandbox = path("sandbox");
        container_.argv = {"/bin/true"};
        container_.environment = {"PATH=/usr/bin:/bin"};
        container_.mountNamespace = true;
    }
    void TearDown() override {
        if (!directory_.empty())
            std::filesystem::remove_all(directory_);
    }

    std::string path(const std::string& name) const { return cat(directory_, '/', name); }

    // A podd-init that has done everything and waits for its go, or has refused.
    InitReport prepared(const Started& started) const {
        sendSandbox(started.control.get());
        sendScoped(started.control.get());
        InitReport report;
        std::vector<UniqueFd> none;
        pollfd poll{started.control.get(), POLLIN, 0};
        if (::poll(&poll, 1, 10'000) != 1 || receiveReport(started.control.get(), report, none) != Heard::report)
            throw Error(Errc::internal, "podd-init says nothing");
        return report;
    }

    static void end(Started& started) {
        started.control.reset();
        ::waitpid(started.pid, nullptr, 0);
    }

    // One launch with many mounts of the volume, up to the point where the container would see them.
    void launch(int image, const Place& own, const Place& foreign, Wins& wins) const {
        Started started = startContainer(launch_, container_, User{}, image);
        const InitReport report = prepared(started);
        wins.refused += report.step == InitStep::forbidden ? 1 : 0;
        wins.other += report.step == InitStep::forbidden || report.step == InitStep::ready ? 0 : 1;
        for (size_t i = 0; i < container_.mounts.size() && report.step == InitStep::ready; ++i) {
            const Place seen =
                placeOf(cat("/proc/", started.pid, "/root", path("sandbox/"), container_.mounts[i].target));
            ++(seen == own ? wins.own : seen == foreign ? wins.foreign : wins.other);
        }
        end(started);
    }

    // Until so many rounds are over, or a foreign mount has been seen and `untilForeign`.
    Wins race(const char* program, const std::string& link, int rounds, bool untilForeign) {
        container_.mounts.clear();
        for (int i = 0; i < kMounts; ++i)
            container_.mounts.push_back({.source = path("vol"),
                                         .target = cat("v", i),
                                         .sourceIsVolume = true,
                                         .volume = "vol",
                                         .check = SourceCheck::hostVolume});
        const UniqueFd image = sealedProgram(program);
        const Place own = placeOf(path("vol"));
        const Place foreign = placeOf(path(link));  // of what it leads to
        Wins wins;
        int launches = 0;
        const Swapper swapper(path("vol"), path(link));
        for (; wins.rounds() < rounds && !(untilForeign && wins.foreign > 0); ++launches)
            launch(image.get(), own, foreign, wins);
        std::printf(
            "%s: %d rounds in %d launches: %d times the volume, %d times the link (refused), %d foreign mounts, "
            "%d others; %llu exchanges\n",
            link.c_str(), wins.rounds(), launches, wins.own, wins.refused, wins.foreign, wins.other,
            static_cast<unsigned long long>(swapper.swaps()));
        return wins;
    }

    static Place placeOf(const std::string& path) {
        struct stat info {};
        if (::stat(path.c_str(), &info) < 0)
            throwErrno(errno, path);
        return {info.st_dev, info.st_ino};
    }

    static constexpr int kMounts = 64;

    std::string directory_;
    LaunchPlan launch_;
    ContainerPlan container_;
};

class RaceForVolume : public Escape, public testing::WithParamInterface<const char*> {
protected:
    static constexpr int kRounds = 12'000;
};

TEST_P(RaceForVolume, neverMountsWhatTheLinkLeadsTo) {
    const Wins wins = race(PODD_INIT, GetParam(), kRounds, false);
    EXPECT_EQ(wins.foreign, 0);
    EXPECT_EQ(wins.other, 0);
    EXPECT_GT(wins.own, 0);
    EXPECT_GT(wins.refused, 0);
}

TEST_P(RaceForVolume, isLostByOneWithoutGuards) {
    EXPECT_GT(race(PODD_INIT_WEAKENED, GetParam(), kRounds, true).foreign, 0);
}

INSTANTIATE_TEST_SUITE_P(, RaceForVolume, testing::Values("to-state", "to-root"),
                         [](const auto& each) { return std::string(each.param) == "to-root" ? "root" : "state"; });

class Descriptors : public Escape {
protected:
    // What a podd-init has open that was started by somebody with a directory of the host open at 70.
    std::vector<std::string> open(const char* program) const {
        const UniqueFd image = sealedProgram(program);
        const UniqueFd root(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const UniqueFd careless(::dup2(root.get(), 70));
        Started started = startContainer(launch_, container_, User{}, image.get());
        EXPECT_EQ(prepared(started).step, InitStep::ready);
        std::vector<std::string> names = listDirectory(cat("/proc/", started.pid, "/fd"));
        end(started);
        std::sort(names.begin(), names.end());
        return names;
    }
};

TEST_F(Descriptors, areThoseOfTheContainerAndOfPoddInit) {
    EXPECT_EQ(open(PODD_INIT), (std::vector<std::string>{"0", "1", "2", "3", "4"}));
}

TEST_F(Descriptors, reachOneWithoutGuards) {
    const std::vector<std::string> names = open(PODD_INIT_WEAKENED);
    EXPECT_NE(std::find(names.begin(), names.end(), "70"), names.end());
}

class Program : public Escape {
protected:
    static constexpr int kTries = 10'000;

    // How many of so many attempts to write to the program of a podd-init succeed (CVE-2019-5736): while it runs and, by
    // a descriptor that was opened meanwhile, when it has ended.
    int overwrite(int image) const {
        Started started = startContainer(launch_, container_, User{}, image);
        EXPECT_EQ(prepared(started).step, InitStep::ready);
        const std::string running = cat("/proc/", started.pid, "/exe");
        const UniqueFd held(::open(running.c_str(), O_RDONLY | O_CLOEXEC));
        EXPECT_TRUE(held);
        int done = 0;
        for (int i = 0; i < kTries; ++i)
            done += write(running) ? 1 : 0;
        end(started);
        for (int i = 0; i < kTries; ++i)
            done += write(cat("/proc/self/fd/", held.get())) ? 1 : 0;
        return done;
    }

private:
    static bool write(const std::string& program) {
        const UniqueFd fd(::open(program.c_str(), O_RDWR | O_CLOEXEC));
        if (!fd)
            return false;
        const bool mapped = ::mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0) != MAP_FAILED;
        const bool written = ::pwrite(fd.get(), "\x7f", 1, 0) == 1;
        const bool cut = ::ftruncate(fd.get(), 64) == 0;
        return mapped || written || cut;
    }
};

TEST_F(Program, cannotBeOverwritten) {
    const UniqueFd image = sealedProgram(PODD_INIT);
    EXPECT_EQ(overwrite(image.get()), 0);
    EXPECT_EQ(static_cast<uintmax_t>(::lseek(image.get(), 0, SEEK_END)), std::filesystem::file_size(PODD_INIT));
}

TEST_F(Program, canBeOverwrittenIfItIsNotSealed) {
    const UniqueFd image(::memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    const std::string content = readFile(PODD_INIT, size_t{16} << 20);
    writeAll(image.get(), content, "memfd");
    ASSERT_EQ(::fchmod(image.get(), 0511), 0);
    EXPECT_EQ(overwrite(image.get()), kTries);
}

}  // namespace podd::test
