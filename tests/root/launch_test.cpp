// SPDX-License-Identifier: LGPL-2.1-or-later
// Launches of the executor with real processes, namespaces and mounts, as root and without systemd.
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "base/strings.h"
#include "executor_lab.h"

namespace podd::test {

class Launch : public ExecutorLab {};

namespace {

std::string link(pid_t pid, const std::string& name) {
    return std::filesystem::read_symlink(cat("/proc/", pid, "/ns/", name)).string();
}

}  // namespace

TEST_F(Launch, containersShareNamespacesAndHavePidsOfTheirOwn) {
    const Report running =
        launchAll(plan({container("a", kForever), container("b", kForever), container("c", kForever)}));
    ASSERT_EQ(running.record.containers.size(), 3U);
    awaitUp(3);
    const auto pid = [&](size_t i) { return static_cast<pid_t>(running.record.containers[i].pid); };
    for (size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(running.record.containers[i].phase, ContainerPhase::running);
        EXPECT_NE(running.record.containers[i].startedUsec, 0U);
        EXPECT_EQ(link(pid(i), "ipc"), link(pid(0), "ipc"));
        EXPECT_EQ(link(pid(i), "uts"), link(pid(0), "uts"));
        EXPECT_NE(link(pid(i), "ipc"), link(::getpid(), "ipc"));
        EXPECT_NE(link(pid(i), "uts"), link(::getpid(), "uts"));
        EXPECT_EQ(link(pid(i), "net"), link(::getpid(), "net"));
    }
    EXPECT_NE(link(pid(0), "pid"), link(pid(1), "pid"));
    EXPECT_NE(link(pid(1), "pid"), link(pid(2), "pid"));
    EXPECT_NE(link(pid(1), "mnt"), link(pid(2), "mnt"));
    command(ExecutorCommand::Kind::stopping);
    for (size_t i = 0; i < 3; ++i)
        ::kill(pid(i), SIGTERM);
    const Report last = end();
    for (const ContainerRecord& each : last.record.containers) {
        EXPECT_EQ(each.exitCode, 0) << each.name;
        EXPECT_EQ(each.exitSignal, 0) << each.name;
        EXPECT_TRUE(each.stopRequested);
    }
    expectNothingLeft();
}

TEST_F(Launch, containerSeesWhatIsPlanned) {
    (void)launchAll(plan({container("a",
                                    "echo $$ $GREETING $(hostname) $(umask) $(cat /proc/1/comm);"
                                    "pwd; ls -m /proc/self/fd; cat /proc/self/oom_score_adj;"
                                    "grep -E '^(CapInh|CapAmb|SigBlk|SigIgn)' /proc/self/status;"
                                    "stat -Lc %t:%T /proc/self/fd/0; env | sort | tr '\\n' ' '")}));
    EXPECT_EQ(message(), "1 hello test-web 0022 sh");
    EXPECT_EQ(message(), path("state/sandboxes/test-web-1/containers/a"));
    EXPECT_EQ(message(), "0, 1, 2, 3");  // 3 is ls' own
    EXPECT_EQ(message(), "0");
    EXPECT_EQ(message(), "SigBlk:\t0000000000000000");
    EXPECT_EQ(message(), "SigIgn:\t0000000000000000");
    EXPECT_EQ(message(), "CapInh:\t0000000000000000");
    EXPECT_EQ(message(), "CapAmb:\t0000000000000000");
    EXPECT_EQ(message(), "1:3");  // /dev/null
    EXPECT_EQ(message(), "GREETING=hello PATH=/usr/bin:/bin PWD=" + path("state/sandboxes/test-web-1/containers/a "));
    EXPECT_EQ(end().record.containers[0].exitCode, 0);
    expectNothingLeft();
}

TEST_F(Launch, anInstanceWithoutANetworkHasALoopbackForItself) {
    LaunchPlan launchPlan =
        plan({container("a", "readlink /proc/self/ns/net; cat /proc/net/dev | tail -n +3 | cut -d: -f1; echo >b"),
              container("b",
                        "until [ -e ../a/b ]; do sleep 0.01; done; readlink /proc/self/ns/net; "
                        "cat /proc/net/fib_trie | grep -c 127.0.0.1")});
    launchPlan.networkNamespace = true;
    const std::filesystem::path host = std::filesystem::read_symlink("/proc/self/ns/net");
    (void)launchAll(launchPlan);
    const std::string first = message();
    EXPECT_TRUE(first.starts_with("net:[") && first != host) << first;
    EXPECT_EQ(message(), "    lo");
    EXPECT_EQ(message(), first) << "one for both containers";
    EXPECT_NE(message(), "0") << "it is up";
    EXPECT_EQ(end().record.problem, "");
    EXPECT_EQ(std::filesystem::read_symlink("/proc/self/ns/net"), host);
    expectNothingLeft();
}

TEST_F(Launch, volumesAreSharedAndReadOnlyIsHonoured) {
    LaunchPlan launchPlan =
        plan({container("writer", "echo shared >data/file; mkdir data/sub; cat data/file"),
              container("reader",
                        "until [ -e data/sub ]; do sleep 0.01; done; cat data/file; touch data/x 2>&1;"
                        "touch host/inner/x 2>&1; cat host/inner/h; touch mine && echo mine")});
    const std::string volume = launchPlan.sandbox + "/volumes/data";
    const std::string host = path("host");
    makeDirectories(host);
    writeFileAtomically(host + "/h", "from the host\n", Durability::volatileFile);
    launchPlan.directories = {{.path = volume}};
    launchPlan.containers[0].mounts = {{.source = volume, .target = "data", .sourceIsVolume = true, .volume = "data"}};
    launchPlan.containers[1].mounts = {
        {.source = volume, .target = "data", .readOnly = true, .sourceIsVolume = true, .volume = "data"},
        {.source = host, .target = "host/inner", .readOnly = true, .sourceIsVolume = true, .volume = "host"}};
    (void)launchAll(launchPlan);
    std::map<std::string, std::vector<std::string>> lines;
    (void)end();
    while (const auto next = entry(0))
        lines[next->field("CONTAINER_NAME")].push_back(next->field("MESSAGE"));
    EXPECT_EQ(lines["writer"], std::vector<std::string>{"shared"});
    EXPECT_EQ(lines["reader"],
              (std::vector<std::string>{"shared", "touch: cannot touch 'data/x': Read-only file system",
                                        "touch: cannot touch 'host/inner/x': Read-only file system", "from the host",
                                        "mine"}));
    EXPECT_TRUE(std::filesystem::exists(host + "/h"));
    expectNothingLeft();
}

TEST_F(Launch, sharedMemoryIsOneTmpfs) {
    LaunchPlan launchPlan =
        plan({container("a", "echo x >/dev/shm/word"), container("b",
                                                                 "until [ -s /dev/shm/word ]; do sleep 0.01; done;"
                                                                 "stat -f -c %T /dev/shm; stat -c %a /dev/shm")});
    launchPlan.sharedMemory = launchPlan.sandbox + "/shm";
    for (ContainerPlan& each : launchPlan.containers)
        each.mounts = {{.source = launchPlan.sharedMemory, .target = "/dev/shm"}};
    (void)launchAll(launchPlan);
    EXPECT_EQ(message(), "tmpfs");
    EXPECT_EQ(message(), "1777");
    (void)end();
    EXPECT_FALSE(std::filesystem::exists("/dev/shm/word"));
    expectNothingLeft();
}

TEST_F(Launch, otherFileSystemsAndFiles) {
    LaunchPlan launchPlan = plan({container("a",
                                            "stat -f -c %T scratch /dev/mqueue; cat file;"
                                            "awk '$2 ~ /scratch$/ {print $4}' /proc/mounts")});
    writeFileAtomically(path("file"), "one file\n", Durability::volatileFile);
    std::filesystem::create_directories("/dev/mqueue");
    launchPlan.containers[0].mounts = {{.kind = MountKind::tmpfs, .target = "scratch", .options = "size=64k,mode=0700"},
                                       {.kind = MountKind::mqueue, .target = "/dev/mqueue"},
                                       {.kind = MountKind::proc, .target = "/proc"},
                                       {.source = path("file"), .target = "file"}};
    (void)launchAll(launchPlan);
    EXPECT_EQ(message(), "tmpfs");
    EXPECT_EQ(message(), "mqueue");
    EXPECT_EQ(message(), "one file");
    EXPECT_EQ(message().substr(0, 32), "rw,nosuid,nodev,relatime,size=64");
    (void)end();
    expectNothingLeft();
}

TEST_F(Launch, runsAsAnotherUser) {
    LaunchPlan launchPlan = plan({container("a",
                                            "id -u; id -un; touch data/f own && echo written;"
                                            "echo to-stdout >/dev/stdout; grep CapEff /proc/self/status")});
    const std::string volume = launchPlan.sandbox + "/volumes/data";
    launchPlan.directories = {{.path = volume, .owner = "nobody"}};
    launchPlan.containers[0].user = "nobody";
    launchPlan.containers[0].mounts = {{.source = volume, .target = "data", .sourceIsVolume = true, .volume = "data"}};
    (void)launchAll(launchPlan);
    EXPECT_EQ(message(), "65534");
    EXPECT_EQ(message(), "nobody");
    EXPECT_EQ(message(), "written");
    EXPECT_EQ(message(), "to-stdout");
    EXPECT_EQ(message(), "CapEff:\t0000000000000000");
    EXPECT_EQ(end().record.containers[0].exitCode, 0);
    expectNothingLeft();
}

TEST_F(Launch, nothingIsExecedBeforeTheRelease) {
    const std::string marker = path("marker");
    const Report pids = launch(plan({container("a", "touch " + marker), container("b", "touch " + marker)}));
    ASSERT_EQ(pids.kind, Report::Kind::pids);
    ::usleep(100'000);
    EXPECT_FALSE(std::filesystem::exists(marker));
    EXPECT_EQ(pids.record.phase, InstancePhase::starting);
    command(ExecutorCommand::Kind::scoped);
    EXPECT_EQ(await(Report::Kind::running).record.phase, InstancePhase::running);
    (void)end();
    EXPECT_TRUE(std::filesystem::exists(marker));
}

TEST_F(Launch, abortBeforeTheReleaseUndoesAll) {
    const std::string marker = path("marker");
    (void)launch(plan({container("a", "touch " + marker), container("b", "touch " + marker)}));
    command(ExecutorCommand::Kind::abort);
    const Report last = end();
    EXPECT_EQ(last.kind, Report::Kind::ended);
    EXPECT_EQ(last.problem, "");
    EXPECT_FALSE(std::filesystem::exists(marker));
    expectNothingLeft();
}

TEST_F(Launch, abortAfterTheReleaseIsIgnored) {
    const Report running = launchAll(plan({container("a", kForever)}));
    command(ExecutorCommand::Kind::abort);
    ::usleep(100'000);
    EXPECT_TRUE(alive(static_cast<pid_t>(running.record.containers[0].pid)));
}

TEST_F(Launch, waitingInitsEndOnTerm) {
    const Report pids = launch(plan({container("a", "true")}));
    ::usleep(50'000);
    ::kill(static_cast<pid_t>(pids.record.containers[0].pid), SIGTERM);
    EXPECT_EQ(end().problem, "");  // as when systemd stops the units: podd knows why
    expectNothingLeft();
}

}  // namespace podd::test
