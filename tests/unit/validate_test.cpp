// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/validate.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "model/names.h"

using namespace podd;

namespace {

ContainerSpec named(const std::string& name) {
    ContainerSpec container;
    container.name = name;
    container.command.shell = "true";
    return container;
}

PodSpec podOf(std::vector<ContainerSpec> containers) {
    PodSpec spec;
    spec.id = "/a";
    spec.containers = std::move(containers);
    return spec;
}

// "pointer: what" of each problem, one per line.
std::string problemsOf(const PodSpec& spec) {
    std::string text;
    for (const Problem& problem : validate(spec)) {
        EXPECT_EQ(problem.line, 0U);
        text += cat(problem.pointer, ": ", problem.what, '\n');
    }
    return text;
}

TEST(Validate, FindsNothingWrongWithAGoodPod) {
    PodSpec spec = podOf({named("a"), named("b")});
    spec.volumes = {{"v", EphemeralVolume{}}, {"w", HostVolume{"/srv"}}};
    spec.containers[0].mounts = {{"v", "/v"}, {"w", "/v/w"}, {"v", "v"}};
    spec.containers[1].mounts = {{"v", "/v"}};
    EXPECT_EQ(problemsOf(spec), "");
}

TEST(Validate, NamesAreUnique) {
    PodSpec spec = podOf({named("a"), named("b"), named("a")});
    spec.volumes = {{"v", EphemeralVolume{}}, {"v", HostVolume{"/srv"}}};
    spec.containers[0].mounts = {{"v", "/v"}};
    EXPECT_EQ(problemsOf(spec),
              "/containers/2/name: 'a' is also the name of /containers/0\n"
              "/volumes/1/name: 'v' is also the name of /volumes/0\n");
}

TEST(Validate, MountsAndVolumesBelongTogether) {
    PodSpec spec = podOf({named("a")});
    spec.volumes = {{"v", EphemeralVolume{}}};
    spec.containers[0].mounts = {{"w", "/w"}};
    EXPECT_EQ(problemsOf(spec),
              "/containers/0/volumeMounts/0/name: 'w' is not a volume of this pod\n"
              "/volumes/0: volume 'v' must be referenced by at least one container\n");
}

TEST(Validate, NoMountHidesAnother) {
    PodSpec spec = podOf({named("a")});
    spec.volumes = {{"v", EphemeralVolume{}}};
    spec.containers[0].mounts = {{"v", "/v/a"}, {"v", "/va"}, {"v", "/v"}, {"v", "/va"}, {"v", "v/a"}, {"v", "v"}};
    EXPECT_EQ(problemsOf(spec),
              "/containers/0/volumeMounts/0/mountPath: '/v/a' is hidden by the later mount at '/v'\n"
              "/containers/0/volumeMounts/3/mountPath: '/va' is already the mount path of volume 'v'\n"
              "/containers/0/volumeMounts/4/mountPath: 'v/a' is hidden by the later mount at 'v'\n");
}

TEST(Validate, UnitNamesFit) {
    // Each '-' takes four bytes in a unit name: pod-ID-999999999-NAME.scope may have 255.
    PodSpec spec = podOf({named("a"), named(std::string(63, 'b')), named("c" + std::string(61, '-') + "c")});
    spec.id = "/" + std::string(171, 'a');
    EXPECT_EQ(containerScope({spec.id, 999999999}, spec.containers[1].name).size(), 255U);
    EXPECT_EQ(problemsOf(spec),
              "/containers/2/name: gives, with the id, a unit name of 438 bytes, at most 255 are possible\n");
    spec.containers.resize(2);
    EXPECT_EQ(problemsOf(spec), "");
    spec.id += 'a';
    EXPECT_NE(problemsOf(spec).find("/containers/1/name: gives"), std::string::npos);
    spec.id = "/a" + std::string(100, '-') + "a";
    EXPECT_NE(problemsOf(spec).find("/id: gives unit names of 422 bytes"), std::string::npos);
}

TEST(Validate, SumsStayWithinBounds) {
    PodSpec spec = podOf({named("a"), named("b")});
    spec.containers[0].resources = {40000, 1e9};
    spec.containers[1].resources = {40000, 1e9};
    EXPECT_EQ(problemsOf(spec),
              "/containers: ask, with the executor, for 80000.1 cpus in sum, at most 65536 are allowed\n"
              "/containers: ask, with the executor, for 2000000032 MiB of memory in sum, at most 1073741824 are "
              "allowed\n");
}

TEST(Validate, ArgumentsAndEnvironmentAreWhatExecveTakes) {
    PodSpec spec = podOf({named("a")});
    for (int i = 0; i < 400; ++i) {
        spec.environment[cat("A", i)] = "";
        spec.containers[0].environment[cat("A", i + 100)] = "";
    }
    EXPECT_EQ(problemsOf(spec), "");
    spec.containers[0].environment["B1"] = "";
    for (int i = 0; i < 12; ++i)
        spec.containers[0].environment[cat("C", i)] = "";
    EXPECT_EQ(problemsOf(spec),
              "/containers/0/environment: has, with the pod's, 513 variables, at most 512 are allowed\n");
    spec.containers[0].environment.clear();
    for (int i = 0; i < 9; ++i)
        spec.containers[0].environment[cat("L", i)] = std::string(120000, 'x');
    EXPECT_NE(problemsOf(spec).find("/containers/0/exec/command: arguments and environment take 108"),
              std::string::npos);
}

}  // namespace
