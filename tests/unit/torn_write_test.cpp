// SPDX-License-Identifier: LGPL-2.1-or-later
// A manager that writes could be killed at the entry of every system call that it makes. After each such kill a new one
// finds what was acknowledged, and of the change that was under way all or nothing. The same holds when the power went at
// that moment: then, of what was not fsynced, nothing may be on disk, or anything.
#include "fakes/killed_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>

#include "base/file.h"
#include "base/strings.h"
#include "base/tree.h"
#include "fakes/world.h"
#include "manager/store.h"

namespace podd {

namespace {

constexpr unsigned kHistory = 5;

struct Wish {
    std::string command;
    bool up = true;
    bool operator==(const Wish&) const = default;
};
using Wishes = std::map<std::string, Wish>;

std::string definition(const std::string& id, const std::string& command, unsigned instances) {
    return cat(R"({"id": ")", id, R"(", "containers": [{"name": "main", "exec": {"command": {"shell": ")", command,
               R"("}}, "resources": {}}], "networks": [{"mode": "host"}], "scaling": {"kind": "fixed", "instances": )",
               instances, "}}");
}

Config configIn(const std::string& root) {
    return {root + "/state", root + "/run", root + "/cgroup", "", kHistory};
}

const Isolation& isolators() {
    static const Isolation none = fakes::isolation({}, std::vector<std::string>{});  // no system calls of theirs
    return none;
}

struct Daemon {
    explicit Daemon(const std::string& root)
        : event(sd::makeEvent()), manager(event.get(), configIn(root), isolators()) {
        manager.attach({&units, &spawner, &executors, &observer});
        manager.recover({});
    }
    std::string apply(const std::string& id, const std::string& command, unsigned instances = 0) {
        return manager.apply(definition(id, command, instances), {.force = true}).version;
    }

    sd::Event event;
    fakes::Units units;
    fakes::Spawner spawner;
    fakes::Executors executors;
    fakes::Silent observer;
    Manager manager;
};

// What the writer does; each step tells the version that it made, and what is wished afterwards.
struct Step {
    std::string id;
    std::function<std::string(Daemon&)> work;
    Wishes after;
};

const std::vector<Step>& steps() {
    const Wish first{"sleep 1"};
    const Wish second{"sleep 2"};
    static const std::vector<Step> all = {
        {"/a", [](Daemon& podd) { return podd.apply("/a", "sleep 1", 1); }, {{"/a", first}}},
        {"/a", [](Daemon& podd) { return podd.apply("/a", "sleep 2", 1); }, {{"/a", second}}},
        {"/b", [](Daemon& podd) { return podd.apply("/b", "sleep 1"); }, {{"/a", second}, {"/b", first}}},
        {"/a",
         [](Daemon& podd) { return podd.manager.rollback("/a", "", {.force = true}).version; },
         {{"/a", first}, {"/b", first}}},
        {"/b", [](Daemon& podd) { return podd.apply("/b", "sleep 2"); }, {{"/a", first}, {"/b", second}}},
        {"/b", [](Daemon& podd) { return podd.manager.stop("/b"), ""; }, {{"/a", first}, {"/b", {"sleep 2", false}}}},
        {"/a",
         [](Daemon& podd) { return podd.apply("/a", "sleep 3"); },
         {{"/a", {"sleep 3"}}, {"/b", {"sleep 2", false}}}},
        {"/a",
         [](Daemon& podd) { return podd.apply("/a", "sleep 4"); },
         {{"/a", {"sleep 4"}}, {"/b", {"sleep 2", false}}}},
        {"/b", [](Daemon& podd) { return podd.manager.remove("/b", true), ""; }, {{"/a", {"sleep 4"}}}},
        {"/b", [](Daemon& podd) { return podd.apply("/b", "sleep 1"); }, {{"/a", {"sleep 4"}}, {"/b", first}}},
        {"/b", [](Daemon& podd) { return podd.manager.remove("/b", true), ""; }, {{"/a", {"sleep 4"}}}},
        {"/b", [](Daemon& podd) { return podd.manager.purge("/b"), ""; }, {{"/a", {"sleep 4"}}}},
    };
    return all;
}
constexpr size_t kPurge = 11;

// In the process that is killed.
void write(const std::string& root, int acknowledgements) {
    Daemon podd(root);
    for (const Step& step : steps())
        writeAll(acknowledgements, step.work(podd) + "\n", "acknowledgement");
}

// What the writer was told before its end.
struct Acknowledged {
    explicit Acknowledged(const std::string& text) {
        std::istringstream lines(text);
        for (std::string version; std::getline(lines, version); ++count) {
            if (!version.empty())
                versions[steps()[count].id].push_back(version);
            if (count == kPurge)
                versions.erase(steps()[count].id);
        }
    }
    size_t count = 0;
    std::map<std::string, std::vector<std::string>> versions;
};

Wishes wishesIn(Store& store) {
    Wishes wishes;
    for (const StoredPod& pod : store.load()) {
        EXPECT_TRUE(pod.readable && pod.goalKnown && !pod.repaired) << pod.id << ": " << pod.message;
        wishes[pod.id] = {pod.readable ? pod.spec.containers[0].command.shell : "", pod.up};
    }
    return wishes;
}

// What a new podd finds below `root`.
void check(const std::string& root, const Acknowledged& told) {
    const Wishes before = told.count == 0 ? Wishes{} : steps()[told.count - 1].after;
    const Wishes after = told.count == steps().size() ? before : steps()[told.count].after;
    {
        Store store(root + "/state");
        const Wishes found = wishesIn(store);
        EXPECT_TRUE(found == before || found == after) << "neither the old nor the new state";
        for (const auto& [id, versions] : told.versions) {
            const std::vector<std::string> kept = store.versions(id);
            if (told.count == kPurge && id == steps()[kPurge].id && kept.empty())
                continue;  // purged, and not told yet
            // The last ones, as an unfinished step may have trimmed one; the first and what an update leads back to are kept.
            const size_t wanted = std::min<size_t>(versions.size(), kHistory - 3);
            for (size_t i = versions.size() - wanted; i < versions.size(); ++i)
                EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), versions[i]) &&
                            store.definition(id, versions[i]).has_value())
                    << "version " << versions[i] << " of " << id << " was acknowledged and is lost";
        }
    }
    // And the next one writes on.
    std::string latest;
    {
        Daemon next(root);
        latest = next.apply("/a", "sleep 99");
        EXPECT_NE(next.apply("/b", "sleep 99"), "");
    }
    if (const auto earlier = told.versions.find("/a"); earlier != told.versions.end()) {
        EXPECT_GT(latest, earlier->second.back());
    }
    Store again(root + "/state");
    EXPECT_EQ(wishesIn(again), (Wishes{{"/a", {"sleep 99"}}, {"/b", {"sleep 99", again.load()[1].up}}}));
}

class TornWrites : public ::testing::Test {
protected:
    TornWrites() {
        // fsync costs nothing there; what it would have done is modelled.
        std::string name = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm/podd-test-XXXXXX" : "/tmp/podd-test-XXXXXX";
        base = ::mkdtemp(name.data());
    }
    ~TornWrites() override { (void)removeTree(base); }

    std::string fresh(const std::string& name) const {
        const std::string path = cat(base, '/', name);
        (void)removeTree(path);
        makeDirectories(path);
        return path;
    }

    std::string base;
};

}  // namespace

TEST_F(TornWrites, AKillAtAnySystemCallLeavesTheOldOrTheNewStateAndWhatWasAcknowledged) {
    unsigned kills = 0;
    const fakes::QuietLog quiet;
    const auto look = [&](const fakes::KilledWriter& writer) {
        const Acknowledged told(writer.told());
        for (unsigned variant = 0; variant < 4 && !HasFailure(); ++variant) {
            const std::string image = fresh("image");
            if (variant == 0)
                writer.copyAsKilled(image);
            else
                writer.copyAsAfterPowerCut(image, variant, kills);
            check(image, told);
            if (HasFailure()) {
                ADD_FAILURE() << "killed at system call " << writer.calls() << " (" << writer.lastCall() << "), after "
                              << told.count << " steps; variant " << variant;
            }
        }
        if (writer.ended()) {
            EXPECT_EQ(told.count, steps().size());
        }
        ++kills;
        return !HasFailure();
    };
    const std::string root = fresh("writer");
    const fakes::KilledWriter writer(
        root, [&](int pipe) { write(root, pipe); }, look);
    if (!writer.possible())
        GTEST_SKIP() << "processes cannot be traced here";
    EXPECT_TRUE(writer.ended() || HasFailure());
    RecordProperty("calls", static_cast<int>(writer.calls()));
    RecordProperty("kills", static_cast<int>(kills));
    EXPECT_GT(writer.calls(), 200u);
    EXPECT_GT(kills, 100u);
}

}  // namespace podd
