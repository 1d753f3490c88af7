// SPDX-License-Identifier: LGPL-2.1-or-later
// The limit that an OOM kill is reported with, over directories that look like cgroups.
#include "executor/memory_events.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fakes/world.h"

namespace podd {
namespace {

class MemoryLimitTest : public ::testing::Test {
protected:
    const std::string& root() const { return directory_.path; }
    std::string group() const { return root() + "/pod.slice/pod-web.scope"; }

    void limit(const std::string& group, const std::string& value) {
        std::filesystem::create_directories(group);
        std::ofstream(group + "/memory.max") << value << '\n';
    }

private:
    fakes::Directory directory_;
};

TEST_F(MemoryLimitTest, TheLowestOnTheWayUpCounts) {
    limit(root() + "/pod.slice", "max");
    limit(group(), "max");
    EXPECT_EQ(effectiveMemoryLimit(root(), group()), UINT64_MAX);
    limit(group(), "67108864");
    EXPECT_EQ(effectiveMemoryLimit(root(), group()), 67108864U);
    limit(root() + "/pod.slice", "4096");
    EXPECT_EQ(effectiveMemoryLimit(root(), group()), 4096U);
}

TEST_F(MemoryLimitTest, ARemovedGroupDoesNotHaveTheLimitOfItsParent) {
    limit(root() + "/pod.slice", "100663296");
    limit(group(), "67108864");
    std::filesystem::remove_all(group());
    EXPECT_EQ(effectiveMemoryLimit(root(), group()), std::nullopt);
}

TEST_F(MemoryLimitTest, KillsAreThoseOfTheKernelsOwnCount) {
    EXPECT_EQ(oomKillsBelow(group()), 0U);
    limit(group(), "67108864");
    std::ofstream(group() + "/memory.events") << "low 0\nhigh 0\nmax 74\noom 2\noom_kill 3\noom_group_kill 1\n";
    EXPECT_EQ(oomKillsBelow(group()), 3U);
}

}  // namespace
}  // namespace podd
