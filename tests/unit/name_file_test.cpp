// SPDX-License-Identifier: LGPL-2.1-or-later
// The file of names on disk: when it is written, for whom, and what it holds meanwhile.
#include "manager/name_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/strings.h"
#include "fakes/world.h"

namespace podd {

namespace {

constexpr const char* kNone = "# Pods and their instances, by podd; see nss-podd(8)\n";

struct NameFileTest : testing::Test {
    std::string text() const { return readFile(path); }
    ino_t inode() const {
        struct stat info {};
        return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
    }
    // Until the file is another one. False when it stays for so long.
    bool replacedWithin(uint64_t usec) {
        const ino_t before = inode();
        const uint64_t end = sd::monotonicUsec() + usec;
        while (inode() == before && sd::monotonicUsec() < end)
            (void)sd_event_run(event.get(), 5'000);
        return inode() != before;
    }

    fakes::Directory directory;
    std::string path = directory.path + "/run/names/hosts";
    sd::Event event = sd::makeEvent();
};

unsigned modeOf(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

TEST_F(NameFileTest, IsThereFromTheBeginningAndForEverybody) {
    const mode_t before = ::umask(077);
    const NameFile names(event.get(), directory.path + "/run");
    EXPECT_EQ(::umask(before), 077U) << "podd's own is as it was";
    EXPECT_EQ(text(), kNone);
    EXPECT_EQ(modeOf(path), 0644U);
    EXPECT_EQ(modeOf(parentOf(path)), 0755U);
}

TEST_F(NameFileTest, SaysWhatIsSetAndForgetsWhatIsCleared) {
    NameFile names(event.get(), directory.path + "/run");
    names.set({"/web", 1}, {"10.0.0.1"});
    names.set({"/web", 2}, {"10.0.0.2"});
    EXPECT_EQ(text(), kNone) << "not yet";
    ASSERT_TRUE(replacedWithin(1'000'000));
    EXPECT_EQ(text(), cat(kNone, "10.0.0.1 1.web.podd.internal web.podd.internal\n",
                          "10.0.0.2 2.web.podd.internal web.podd.internal\n"));
    EXPECT_EQ(modeOf(path), 0644U);
    names.clear({"/web", 1});
    names.set({"/web", 2}, {});
    ASSERT_TRUE(replacedWithin(1'000'000));
    EXPECT_EQ(text(), kNone);
}

TEST_F(NameFileTest, ABurstIsWrittenOnce) {
    NameFile names(event.get(), directory.path + "/run");
    for (uint64_t number = 1; number <= 500; ++number)
        names.set({"/web", number}, {cat("10.0.", number / 250, '.', number % 250)});
    ASSERT_TRUE(replacedWithin(1'000'000));
    EXPECT_EQ(split(text(), '\n').size(), 502U);
    EXPECT_FALSE(replacedWithin(50'000));
}

TEST_F(NameFileTest, WhatChangesNothingIsNotWritten) {
    NameFile names(event.get(), directory.path + "/run");
    names.clear({"/web", 1});
    EXPECT_FALSE(replacedWithin(50'000));
    names.set({"/web", 1}, {"10.0.0.1"});
    EXPECT_TRUE(replacedWithin(1'000'000));
    names.set({"/web", 1}, {"10.0.0.1"});
    EXPECT_FALSE(replacedWithin(50'000));
}

TEST_F(NameFileTest, WhatAnEarlierPoddKnewHoldsUntilTheNextOneKnows) {
    {
        NameFile names(event.get(), directory.path + "/run");
        names.set({"/web", 1}, {"10.0.0.1"});
        ASSERT_TRUE(replacedWithin(1'000'000));
    }
    const std::string left = text();
    NameFile names(event.get(), directory.path + "/run");
    EXPECT_FALSE(replacedWithin(50'000));
    EXPECT_EQ(text(), left);
    names.refresh();
    ASSERT_TRUE(replacedWithin(1'000'000));
    EXPECT_EQ(text(), kNone);
}

TEST_F(NameFileTest, WhatCannotBeWrittenIsLoggedAndTheOldFileStays) {
    NameFile names(event.get(), directory.path + "/run");
    ASSERT_EQ(::mkdir((path + ".new").c_str(), 0755), 0) << "in the way, also for root";
    testing::internal::CaptureStderr();
    names.set({"/web", 1}, {"10.0.0.1"});
    EXPECT_FALSE(replacedWithin(50'000));
    names.set({"/web", 2}, {"10.0.0.2"});
    EXPECT_FALSE(replacedWithin(50'000));
    const std::string logged = testing::internal::GetCapturedStderr();
    EXPECT_NE(logged.find("names of pods: create '" + path + ".new': Is a directory"), std::string::npos) << logged;
    EXPECT_EQ(logged.find("names of pods", logged.find("names of pods") + 1), std::string::npos) << "once: " << logged;
    EXPECT_EQ(text(), kNone);
    ASSERT_EQ(::rmdir((path + ".new").c_str()), 0);
    names.clear({"/web", 2});
    ASSERT_TRUE(replacedWithin(1'000'000));
    EXPECT_EQ(text(), cat(kNone, "10.0.0.1 1.web.podd.internal web.podd.internal\n"));
}

TEST_F(NameFileTest, ARunDirectoryThatIsNoneKeepsNobodyFromRunning) {
    testing::internal::CaptureStderr();
    EXPECT_NO_THROW(NameFile(event.get(), "/dev/null"));
    EXPECT_NE(testing::internal::GetCapturedStderr().find("names of pods"), std::string::npos);
}

}  // namespace

}  // namespace podd
