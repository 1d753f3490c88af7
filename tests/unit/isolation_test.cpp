// SPDX-License-Identifier: LGPL-2.1-or-later
// Which isolators can be selected, and what a definition asks of them.
#include "isolators/isolation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "fakes/isolation.h"
#include "fakes/world.h"
#include "model/pod_spec_json.h"

#include "small_definitions.h"

namespace podd {

namespace {

std::string refusal(const std::vector<std::string>& selection, const HostFacts& host = fakes::ableHost()) {
    try {
        const Isolation isolation({}, selection, host);
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

std::vector<std::string> selected(const Isolation& isolation) {
    std::vector<std::string> names;
    for (const Isolation::Row& row : isolation.rows())
        if (row.selected)
            names.emplace_back(row.name);
    return names;
}

std::vector<std::string> pointers(const Isolation& isolation, const std::string& definition) {
    const ParsedPod parsed = parsePod(definition);
    EXPECT_TRUE(parsed.ok()) << definition;
    std::vector<std::string> found;
    for (const Problem& problem : isolation.obstacles(parsed.spec))
        found.push_back(problem.pointer);
    return found;
}

TEST(Isolation, IsTheDefaultsWhenTheOperatorSaysNothing) {
    std::vector<std::string> defaults;
    for (const IsolatorEntry& entry : isolatorTable())
        if (entry.byDefault)
            defaults.emplace_back(entry.name);
    EXPECT_EQ(selected(fakes::isolation()), defaults);
}

TEST(Isolation, LeavesOutOfTheDefaultsWhatTheHostCannotRun) {
    HostFacts host = fakes::ableHost();
    host.controllers = {"pids"};
    host.seccomp = false;
    const Isolation isolation({}, std::nullopt, host);
    EXPECT_FALSE(isolation.selected("cgroups/cpu"));
    EXPECT_FALSE(isolation.selected("cgroups/blkio"));
    EXPECT_FALSE(isolation.selected("linux/seccomp"));
    EXPECT_TRUE(isolation.selected("cgroups/pids"));
    EXPECT_TRUE(isolation.selected("posix/cpu")) << "who cannot isolate can still report";
    EXPECT_TRUE(isolation.selected("posix/mem"));
}

TEST(Isolation, RefusesWhatCannotBeSelected) {
    EXPECT_EQ(refusal({"cgroups/memm"}), "'cgroups/memm': there is no such isolator, did you mean 'cgroups/mem'?");
    EXPECT_EQ(refusal({"network/quantum"}),
              "'network/quantum': there is no such isolator; podctl isolators lists them");
    EXPECT_EQ(refusal({"linux/nnp", "posix/cpu", "linux/nnp"}), "'linux/nnp': is there twice");
    EXPECT_EQ(refusal({"posix/mem", "cgroups/mem"}),
              "'posix/mem': excludes 'cgroups/mem': only one of mem can be selected");
    EXPECT_EQ(refusal({"filesystem/shared", "filesystem/linux"}),
              "'filesystem/shared': excludes 'filesystem/linux': only one of filesystem can be selected");
    EXPECT_EQ(refusal({"namespaces/pid"}),
              "'namespaces/pid': needs filesystem/linux or filesystem/shared, which is not selected");
    EXPECT_EQ(refusal({"filesystem/shared", "volume/host_path"}),
              "'volume/host_path': needs filesystem/linux, which is not selected");
    EXPECT_EQ(refusal({}), "") << "no isolation at all is a choice";
}

TEST(Isolation, RefusesWhatTheHostCannotRun) {
    EXPECT_EQ(refusal({"cgroups/mem"}, {}), "'cgroups/mem': the unified cgroup hierarchy has no memory controller");
    EXPECT_EQ(refusal({"filesystem/linux", "namespaces/pid"}, {.namespaces = {"mnt"}}),
              "'namespaces/pid': the kernel has no pid namespace");
    EXPECT_EQ(refusal({"linux/seccomp"}, {}), "'linux/seccomp': the kernel has no seccomp filters");
}

TEST(Isolation, ReadsFromTheHostWhatItCanDo) {
    const fakes::Directory directory;
    const std::string proc = directory.path + "/proc";
    makeDirectories(proc + "/self/ns/mnt");
    makeDirectories(proc + "/sys/kernel/seccomp");
    writeFileAtomically(proc + "/sys/kernel/seccomp/actions_avail", "allow\n", Durability::volatileFile);
    writeFileAtomically(directory.path + "/cgroup.controllers", "cpu memory\n", Durability::volatileFile);
    const HostFacts facts = readHostFacts(directory.path, proc);
    EXPECT_EQ(facts.controllers, (std::set<std::string>{"cpu", "memory"}));
    EXPECT_EQ(facts.namespaces, std::set<std::string>{"mnt"});
    EXPECT_TRUE(facts.seccomp);
    const HostFacts none = readHostFacts(directory.path + "/nowhere", directory.path + "/nowhere");
    EXPECT_TRUE(none.controllers.empty() && none.namespaces.empty() && !none.seccomp);
}

TEST(Isolation, TellsWhatADefinitionLacks) {
    using namespace testing;
    const Isolation none = fakes::isolation({}, std::vector<std::string>{});
    EXPECT_EQ(pointers(none, hosted("/srv")), std::vector<std::string>{"/volumes/0/host"});
    EXPECT_EQ(pointers(none, hosted("data")), std::vector<std::string>{"/volumes/0/host"});
    EXPECT_EQ(pointers(none, container(R"("resourceLimits":{"mem":"unlimited","cpus":2})")),
              (std::vector<std::string>{"/containers/0/resourceLimits/cpus", "/containers/0/resourceLimits/mem"}));
    EXPECT_EQ(pointers(none, resources(R"({"disk":1})")), std::vector<std::string>{"/containers/0/resources/disk"});
    EXPECT_EQ(pointers(none, container(R"("linuxInfo":{"seccomp":{"unconfined":true},"ipcInfo":{"mode":"PRIVATE"}})")),
              (std::vector<std::string>{"/containers/0/linuxInfo/seccomp", "/containers/0/linuxInfo/ipcInfo"}));
    EXPECT_EQ(pointers(none, pod(R"("linuxInfo":{"ipAddressDeny":["any"]})")),
              std::vector<std::string>{"/linuxInfo/ipAddressDeny"});
    EXPECT_EQ(pointers(none, pod(R"("networks":[{"name":"none"}])")), std::vector<std::string>{"/networks/0"});
    EXPECT_EQ(pointers(fakes::isolation({}, std::vector<std::string>{"namespaces/net"}),
                       pod(R"("networks":[{"name":"none"}])")),
              std::vector<std::string>{});
    for (const char* network : {R"({})", R"({"name":"blue"})", R"({"mode":"container/bridge"})"})
        EXPECT_EQ(pointers(fakes::isolation({}, std::vector<std::string>{"namespaces/net"}),
                           pod(cat(R"("networks":[)", network, "]"))),
                  std::vector<std::string>{"/networks/0"});
    EXPECT_EQ(pointers(fakes::isolation({.defaultNetwork = "blue"}), pod(R"("networks":[{},{"name":"blue"}])")),
              std::vector<std::string>{"/networks/1"});
    EXPECT_EQ(pointers(fakes::isolation(), hosted("/srv")), std::vector<std::string>{});
    EXPECT_EQ(pointers(fakes::isolation({}, std::vector<std::string>{"filesystem/shared"}), hosted("data")),
              std::vector<std::string>{});
}

TEST(Isolation, KeepsTheHostsIpcNamespaceUnlessItIsAllowed) {
    const std::string definition = testing::pod(R"("linuxInfo":{"ipcInfo":{"mode":"SHARE_PARENT"}})");
    EXPECT_EQ(pointers(fakes::isolation(), definition), std::vector<std::string>{"/linuxInfo/ipcInfo/mode"});
    EXPECT_EQ(pointers(fakes::isolation({.allowHostIpc = true}), definition), std::vector<std::string>{});
}

TEST(Isolation, FindsProfilesOfSystemCallsByName) {
    const fakes::Directory directory;
    const std::string path = directory.path + "/strict.json";
    const auto definition = [](const std::string& name) {
        return testing::container(cat(R"("linuxInfo":{"seccomp":{"profileName":")", name, "\"}}"));
    };
    writeFileAtomically(path, R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]})", Durability::volatileFile);
    const Isolation isolation = fakes::isolation({.seccompDirectory = directory.path});
    const std::vector<std::string> at = {"/containers/0/linuxInfo/seccomp/profileName"};
    EXPECT_EQ(pointers(isolation, definition("strict")), std::vector<std::string>{});
    EXPECT_EQ(pointers(isolation, definition("missing")), at);
    EXPECT_EQ(pointers(isolation, definition("../strict")), at);
    writeFileAtomically(path, R"({"defaultAction":"SCMP_ACT_NOWHERE"})", Durability::volatileFile);
    EXPECT_EQ(pointers(isolation, definition("strict")), at) << "a changed file is read again";
}

}  // namespace

}  // namespace podd
