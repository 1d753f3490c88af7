// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/names.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

using namespace podd;

namespace {

TEST(Names, IdsAreEscapedAsSystemdEscapeDoesIt) {
    // As printed by systemd-escape(1) of systemd 252 with --path.
    EXPECT_EQ(escapedId("/a"), "a");
    EXPECT_EQ(escapedId("/prod/web-1"), "prod-web\\x2d1");
    EXPECT_EQ(escapedId("/prod/web/1"), "prod-web-1");
    EXPECT_EQ(escapedId("/a--b/c.d"), "a\\x2d\\x2db-c.d");
    EXPECT_EQ(escapedId("/0/1.2-3/x2d"), "0-1.2\\x2d3-x2d");
}

TEST(Names, UnitNames) {
    const InstanceId instance{"/prod/web-1", 3};
    EXPECT_EQ(instance.text(), "/prod/web-1.3");
    EXPECT_EQ(instance.escaped(), "prod-web\\x2d1-3");
    EXPECT_EQ(podSlice(instance.pod), "pod-prod-web\\x2d1.slice");
    EXPECT_EQ(instanceSlice(instance), "pod-prod-web\\x2d1-3.slice");
    EXPECT_EQ(executorScope(instance), "pod-prod-web\\x2d1-3.scope");
    EXPECT_EQ(containerScope(instance, "log-1"), "pod-prod-web\\x2d1-3-log\\x2d1.scope");
}

// Every id of up to five characters out of the ones that matter.
std::vector<std::string> generatedIds() {
    std::vector<std::string> texts = {"/"};
    std::vector<std::string> ids;
    for (size_t i = 0; i < texts.size(); ++i) {
        if (!whyNotPodId(texts[i]))
            ids.push_back(texts[i]);
        if (texts[i].size() < 6)
            for (const char c : std::string("ax2/-."))
                texts.push_back(texts[i] + c);
    }
    return ids;
}

TEST(Names, EscapingIsInjectiveAndReversible) {
    std::map<std::string, std::string> seen;
    for (const std::string& id : generatedIds()) {
        const std::string escaped = escapedId(id);
        const auto [other, isNew] = seen.try_emplace(escaped, id);
        EXPECT_TRUE(isNew) << id << " and " << other->second << " are both " << escaped;
        EXPECT_EQ(unescapedId(escaped), id);
        EXPECT_EQ(escaped.find('/'), std::string::npos);
        const InstanceId instance{id, 7};
        EXPECT_EQ(parseInstanceId(instance.text()), instance);
        EXPECT_EQ(parseEscapedInstance(instance.escaped()), instance);
    }
    EXPECT_GT(seen.size(), 500U);
}

TEST(Names, OnlyWhatEscapedIdMakesIsUnescaped) {
    for (const char* text : {"", "-", "a-", "-a", "a--b", "A", "a_b", "a\\x2", "a\\x2e", "a\\x41", "\\x2da", "a/b",
                             "a b", "versions", "a\\x2d", "a..b", "\\"})
        EXPECT_FALSE(unescapedId(text)) << text;
}

TEST(Names, IdsThatAreRefused) {
    for (const char* id : {"",     "a",    "/",   "//a", "/a/",     "/a//b",      "/A",     "/a_b",
                           "/-a",  "/a-",  "/.a", "/a.", "/a..b",   "/.",         "/..",    "/a/..",
                           "/a b", "/a\n", "/a@", "/%i", "/a\\x2d", "/a/restart", "/tasks", "/versions"})
        EXPECT_TRUE(whyNotPodId(id)) << id;
    EXPECT_TRUE(whyNotPodId("/" + std::string(200, 'a')));
    EXPECT_TRUE(whyNotPodId(std::string("/a\0", 3)));
}

TEST(Names, IdsThatAreAccepted) {
    for (const char* id : {"/a", "/0", "/a/b/c", "/a-b.c-d/e--f", "/restart/a", "/x.slice", "/x.service"})
        EXPECT_FALSE(whyNotPodId(id)) << id << ": " << whyNotPodId(id).value_or("");
    EXPECT_FALSE(whyNotPodId("/" + std::string(199, 'a')));
}

TEST(Names, IdsAreNormalisedAsMarathonDoesIt) {
    EXPECT_EQ(normalisedId("/a/../b"), "/b");
    EXPECT_EQ(normalisedId("/a/./b"), "/a/b");
    EXPECT_EQ(normalisedId("/a/"), "/a");
    EXPECT_EQ(normalisedId("/a/b/../../c"), "/c");
    EXPECT_EQ(normalisedId("a/../b"), "b");
    for (const char* refused : {"/..", "/a/../..", "/a//b", "/", "//", ""})
        EXPECT_TRUE(whyNotPodId(normalisedId(refused))) << refused;
}

TEST(Names, NamesOfContainersAndVolumes) {
    for (const char* name : {"a", "0", "a-b", "a--b"})
        EXPECT_FALSE(whyNotName(name)) << name;
    for (const char* name : {"", "-", "-a", "a-", "A", "a.b", "a_b", "a b", "a/b", "..", "\xC3\xA9"})
        EXPECT_TRUE(whyNotName(name)) << name;
    EXPECT_FALSE(whyNotName(std::string(63, 'a')));
    EXPECT_TRUE(whyNotName(std::string(64, 'a')));
}

TEST(Names, InstancesAreParsed) {
    EXPECT_EQ(parseInstanceId("/prod/web.3"), (InstanceId{"/prod/web", 3}));
    EXPECT_EQ(parseInstanceId("web.3"), (InstanceId{"/web", 3}));
    EXPECT_EQ(parseInstanceId("/web.1.3"), (InstanceId{"/web.1", 3}));
    EXPECT_EQ(parseInstanceId("/web.18446744073709551615"), (InstanceId{"/web", 18446744073709551615U}));
    for (const char* text : {"", ".", "/", "/web", "/web.", "/web.0", "/web.-1", "/web.+1", "/web.x", "/web.1x", ".3",
                             "/.3", "/Web.3", "/web.18446744073709551616", "/web.3 ", "/versions.3"})
        EXPECT_FALSE(parseInstanceId(text)) << text;
    EXPECT_EQ(parseEscapedInstance("prod-web\\x2d1-3"), (InstanceId{"/prod/web-1", 3}));
    for (const char* text : {"", "-", "3", "-3", "web", "web-", "web-0", "web-x", "web--3", "Web-3", "web\\x2d-3"})
        EXPECT_FALSE(parseEscapedInstance(text)) << text;
}

}  // namespace
