// SPDX-License-Identifier: LGPL-2.1-or-later
// Definitions and their versions over the bus: what is answered, and that what is refused changes nothing.
#include <algorithm>
#include <filesystem>
#include <map>

#include "base/file.h"
#include "bus.h"
#include "model/diff_json.h"

namespace podd {

namespace {

using fakes::Answer;
using fakes::Bus;
using Lines = std::vector<std::string>;

constexpr const char* kBad = "{\n  \"id\": \"Web\",\n  \"containers\": []\n}";

std::string text(sd_bus_message* reply, char type = 's') {
    const char* value = nullptr;
    EXPECT_GT(sd_bus_message_read_basic(reply, type, &value), 0);
    return value == nullptr ? "" : value;
}

// The rows of an array of structs of strings and numbers, each as "a|b|3".
Lines rows(sd_bus_message* reply, const std::string& contents) {
    Lines all;
    EXPECT_GT(sd_bus_message_enter_container(reply, 'a', cat('(', contents, ')').c_str()), 0);
    while (sd_bus_message_enter_container(reply, 'r', contents.c_str()) > 0) {
        Lines row;
        for (const char type : contents) {
            uint32_t number = 0;
            if (type == 'u') {
                EXPECT_GT(sd_bus_message_read_basic(reply, type, &number), 0);
                row.push_back(cat(number));
            } else {
                row.push_back(text(reply, type));
            }
        }
        all.push_back(join(row, "|"));
        EXPECT_GE(sd_bus_message_exit_container(reply), 0);
    }
    EXPECT_GE(sd_bus_message_exit_container(reply), 0);
    return all;
}

// An option as D-Bus has it: name, type, value.
struct Option {
    const char* name;
    const char* type;
    std::string value;
};

const std::vector<Option> kForce = {{"force", "b", "true"}};

class Definitions : public ::testing::Test {
protected:
    Answer call(const char* member, const Lines& arguments, const std::vector<Option>& options) {
        const sd::Message message = bus.newCall(sd::kManagerPath, sd::kManager, member);
        for (const std::string& argument : arguments)
            sd::check(sd_bus_message_append(message.get(), "s", argument.c_str()), "append");
        sd::check(sd_bus_message_open_container(message.get(), 'a', "{sv}"), "append");
        for (const Option& option : options) {
            if (*option.type == 'b')
                sd::check(sd_bus_message_append(message.get(), "{sv}", option.name, "b", option.value == "true"),
                          "append");
            else
                sd::check(sd_bus_message_append(message.get(), "{sv}", option.name, "s", option.value.c_str()),
                          "append");
        }
        sd::check(sd_bus_message_close_container(message.get()), "append");
        return bus.call(message);
    }
    Answer call(const char* member, const Lines& arguments) {
        const sd::Message message = bus.newCall(sd::kManagerPath, sd::kManager, member);
        for (const std::string& argument : arguments)
            sd::check(sd_bus_message_append(message.get(), "s", argument.c_str()), "append");
        return bus.call(message);
    }

    // Applies, or rolls back, and returns the version.
    std::string versionOf(const Answer& answer, const char* outcome) {
        EXPECT_EQ(answer.errorText, "");
        if (!answer.errorName.empty())
            return "";
        EXPECT_EQ(text(answer.reply.get()), outcome);
        EXPECT_EQ(text(answer.reply.get(), 'o'), "/org/podd1/pod/_2fweb");
        return text(answer.reply.get());
    }
    std::string apply(const std::string& command, const char* outcome = "changed") {
        return versionOf(bus.apply(bus.world.definition("/web", command), true), outcome);
    }
    // Of "" or a word or a version: "version definition".
    std::pair<std::string, std::string> definition(const std::string& word) {
        const Answer answer = call("GetDefinition", {"web", word});
        if (!answer.errorName.empty())
            return {answer.errorName, ""};
        std::string version = text(answer.reply.get());
        return {version, text(answer.reply.get())};
    }
    Lines versions() { return rows(call("ListVersions", {"web"}).reply.get(), "ss"); }
    bool runs(const std::string& word, const std::string& command) {
        return definition(word).second.find(cat("\"shell\": \"", command, '"')) != std::string::npos;
    }

    // Everything that podd knows and has told others to do.
    std::map<std::string, std::string> state() {
        std::map<std::string, std::string> all;
        for (const char* part : {"/state", "/run"})
            for (const auto& entry : std::filesystem::recursive_directory_iterator(bus.world.directory.path + part))
                all[entry.path()] = entry.is_regular_file() ? readFile(entry.path()) : "";
        for (const auto& [id, pod] : bus.world.manager->pods())
            all[id] = cat(pod->stored.version, pod->stored.up ? " up " : " down ",
                          pod->deployment() ? pod->deployment()->id : 0);
        all["launches"] = cat(bus.world.spawner.plans.size());
        return all;
    }

    Bus bus;
};

TEST_F(Definitions, AnswersARefusalWithEveryProblemAsAValue) {
    const auto before = state();
    for (const char* member : {"ApplyPod", "PreviewPod"}) {
        const Answer answer = call(member, {kBad}, {});
        EXPECT_EQ(answer.errorName, "org.podd1.Error.BadDefinition");
        EXPECT_NE(answer.errorText.find("/containers"), std::string::npos) << answer.errorText;
        ASSERT_EQ(text(answer.reply.get()), answer.errorText) << "the text is the error's first argument";
        const Lines problems = rows(answer.reply.get(), "sssssuu");
        ASSERT_GE(problems.size(), 2U) << member;
        EXPECT_TRUE(problems[0].starts_with("error|/id|")) << problems[0];
        EXPECT_TRUE(problems[0].ends_with("|2|9")) << problems[0];
        EXPECT_TRUE(problems[1].starts_with("error|/containers|")) << problems[1];
    }
    EXPECT_EQ(state(), before);
}

TEST_F(Definitions, AnswersWithProblemsAlsoWhenOnlyTheManagerKnowsThem) {
    apply("true", "created");
    const auto before = state();
    for (const char* member : {"ApplyPod", "PreviewPod"}) {
        const Answer answer = call(member, {bus.world.definition("/web/below")}, {});
        EXPECT_EQ(answer.errorName, "org.podd1.Error.BadDefinition");
        (void)text(answer.reply.get());
        const Lines problems = rows(answer.reply.get(), "sssssuu");
        ASSERT_EQ(problems.size(), 1U);
        EXPECT_TRUE(problems[0].starts_with("error|/id|")) << problems[0];
    }
    EXPECT_EQ(state(), before);
}

TEST_F(Definitions, VerifiesWithoutDoingAnything) {
    const auto before = state();
    const auto verify = [&](const std::string& definition, const std::vector<Option>& options) {
        const Answer answer = call("VerifyDefinition", {definition}, options);
        EXPECT_EQ(answer.errorText, "");
        std::string id = text(answer.reply.get());
        return std::pair{id, rows(answer.reply.get(), "sssssuu")};
    };
    EXPECT_EQ(verify(bus.world.definition("/web"), {}), (std::pair{std::string("/web"), Lines{}}));
    const auto [none, problems] = verify(kBad, {});
    EXPECT_EQ(none, "");
    EXPECT_GE(problems.size(), 2U);
    std::string unknown = bus.world.definition("/web");
    unknown.insert(1, "\"colour\": 1, ");
    const auto [id, warnings] = verify(unknown, {});
    EXPECT_EQ(id, "/web");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_TRUE(warnings[0].starts_with("warning|/colour|")) << warnings[0];
    EXPECT_TRUE(warnings[0].ends_with("|1|2")) << warnings[0];
    EXPECT_EQ(verify(unknown, {{"strict", "b", "false"}}).first, "/web");
    const auto [refused, errors] = verify(unknown, {{"strict", "b", "true"}});
    EXPECT_EQ(refused, "");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_TRUE(errors[0].starts_with("error|/colour|")) << errors[0];
    const auto broken = verify("{\n  \"id\": \"/w\u00e4b\" oops\n}", {});
    ASSERT_EQ(broken.second.size(), 1U);
    EXPECT_TRUE(broken.second[0].ends_with("|2|17")) << broken.second[0];
    EXPECT_EQ(state(), before);
}

TEST_F(Definitions, PreviewsWithoutDoingAnything) {
    const auto preview = [&](const std::string& definition) {
        const auto before = state();
        const Answer answer = call("PreviewPod", {definition}, {});
        EXPECT_EQ(answer.errorText, "");
        Lines shown{text(answer.reply.get()), text(answer.reply.get()), text(answer.reply.get())};
        for (const std::string& row : rows(answer.reply.get(), "ssss"))
            shown.push_back(row);
        for (const std::string& row : rows(answer.reply.get(), "sssssuu"))
            shown.push_back(row);
        EXPECT_EQ(state(), before);
        return shown;
    };
    const Lines fresh = preview(bus.world.definition("/web", "true"));
    ASSERT_GT(fresh.size(), 4U);
    EXPECT_EQ(Lines(fresh.begin(), fresh.begin() + 4), (Lines{"created", "/web", "", "added|/id||\"/web\""}));
    const std::string version = apply("true", "created");
    EXPECT_EQ(preview(bus.world.definition("/web", "true")), (Lines{"unchanged", "/web", version}));
    const Lines change = {"changed", "/web", version, "changed|/containers/main/exec/command/shell|\"true\"|\"false\""};
    EXPECT_EQ(preview(bus.world.definition("/web", "false")), change);
    std::string unknown = bus.world.definition("/web", "false");
    unknown.insert(1, "\"colour\": 1, ");
    const Lines warned = preview(unknown);
    ASSERT_EQ(warned.size(), 5U);
    EXPECT_TRUE(warned[4].starts_with("warning|/colour|")) << warned[4];
}

TEST_F(Definitions, RollsBackByANewVersion) {
    const std::string first = apply("one", "created");
    const std::string second = apply("two");
    const std::string third = versionOf(call("RollbackPod", {"web", ""}, kForce), "changed");
    EXPECT_GT(third, second);
    EXPECT_TRUE(runs("target", "one"));
    const std::string fourth = versionOf(call("RollbackPod", {"/web", second}, kForce), "changed");
    EXPECT_GT(fourth, third);
    EXPECT_TRUE(runs("target", "two"));
    EXPECT_TRUE(runs(first, "one"));
    EXPECT_EQ(versions().size(), 4U);
    const auto before = state();
    EXPECT_EQ(versionOf(call("RollbackPod", {"web", second}, {}), "unchanged"), fourth);
    EXPECT_EQ(call("RollbackPod", {"web", "2026-01-01T00:00:00.000Z"}, {}).errorName, "org.podd1.Error.NoSuchVersion");
    EXPECT_EQ(call("RollbackPod", {"web", "../state"}, {}).errorName, "org.podd1.Error.NoSuchVersion");
    EXPECT_EQ(call("RollbackPod", {"no", ""}, {}).errorName, "org.podd1.Error.NoSuchPod");
    EXPECT_EQ(state(), before);
}

TEST_F(Definitions, RefusesAChangeThatWasMadeForAnotherVersion) {
    const std::string definition = bus.world.definition("/web", "one");
    const auto onlyIf = [](const std::string& version) { return std::vector<Option>{{"if-version", "s", version}}; };
    auto before = state();
    for (const char* member : {"ApplyPod", "PreviewPod"}) {
        const Answer answer = call(member, {definition}, onlyIf("2026-01-01T00:00:00.000Z"));
        EXPECT_EQ(answer.errorName, "org.podd1.Error.VersionConflict");
    }
    EXPECT_EQ(state(), before);
    const std::string first = versionOf(call("ApplyPod", {definition}, onlyIf("")), "created");
    const std::string second =
        versionOf(call("ApplyPod", {bus.world.definition("/web", "two")},
                       {{"strict", "b", "true"}, {"force", "b", "true"}, {"if-version", "s", first}}),
                  "changed");
    before = state();
    for (const char* member : {"ApplyPod", "PreviewPod"})
        for (const std::string& wrong : {first, std::string(), std::string("nonsense")}) {
            const Answer answer = call(member, {definition}, onlyIf(wrong));
            EXPECT_EQ(answer.errorName, "org.podd1.Error.VersionConflict") << member << ' ' << wrong;
            EXPECT_NE(answer.errorText.find(second), std::string::npos) << answer.errorText;
        }
    EXPECT_EQ(call("RollbackPod", {"web", first}, onlyIf(first)).errorName, "org.podd1.Error.VersionConflict");
    EXPECT_EQ(state(), before);
    versionOf(call("RollbackPod", {"web", first}, {{"if-version", "s", second}, {"force", "b", "true"}}), "changed");
}

TEST_F(Definitions, PurgesTheHistoryOfADeletedPodOnly) {
    apply("one", "created");
    bus.world.run({"/web", 1});
    auto before = state();
    EXPECT_EQ(call("PurgePod", {"web"}).errorName, "org.podd1.Error.NotNow");
    EXPECT_EQ(call("PurgePod", {"no"}).errorName, "org.podd1.Error.NoSuchPod");
    for (const char* nonsense : {"", "/", "/..", "../pods", "/web/../web", "/web/"})
        EXPECT_EQ(call("PurgePod", {nonsense}).errorName, "org.podd1.Error.NoSuchPod") << nonsense;
    EXPECT_EQ(state(), before);
    (void)bus.change("DeletePod", "web");
    before = state();
    EXPECT_EQ(call("PurgePod", {"web"}).errorName, "org.podd1.Error.NotNow") << "it is still being deleted";
    EXPECT_EQ(state(), before);
    bus.world.end({"/web", 1}, 0, true);
    EXPECT_EQ(versions().size(), 1U) << "the history outlives the pod";
    EXPECT_EQ(call("PurgePod", {"web"}).errorText, "");
    EXPECT_EQ(call("ListVersions", {"web"}).errorName, "org.podd1.Error.NoSuchPod");
    EXPECT_EQ(definition("").first, "org.podd1.Error.NoSuchPod");
    EXPECT_EQ(call("PurgePod", {"web"}).errorName, "org.podd1.Error.NoSuchPod");
    EXPECT_EQ(listDirectory(bus.world.config().stateDirectory + "/pods"), Lines{});
}

TEST_F(Definitions, TellsTheDeployedVersionFromTheTarget) {
    const std::string first = apply("one", "created");
    bus.world.run({"/web", 1});
    const std::string second = apply("two");
    EXPECT_EQ(versions(), (Lines{first + "|deployed", second + "|target"}));
    EXPECT_EQ(definition("").first, first);
    EXPECT_EQ(definition("deployed").first, first);
    EXPECT_EQ(definition("target").first, second);
    const std::string path = "/org/podd1/pod/_2fweb";
    EXPECT_EQ(bus.text(path, sd::kPod, "Version"), first);
    EXPECT_EQ(bus.text(path, sd::kPod, "TargetVersion"), second);
    const auto listed = [&] {
        return rows(bus.call(bus.newCall(sd::kManagerPath, sd::kManager, "ListPods")).reply.get(), "ssssuuo");
    };
    EXPECT_EQ(listed(), Lines{cat("/web|stable|", first, '|', second, "|1|1|", path)}) << "the old instance serves";
    bus.world.run({"/web", 2});
    bus.world.end({"/web", 1}, 0, true);
    EXPECT_EQ(versions(), (Lines{first + "|", second + "|deployed"}));
    EXPECT_EQ(definition("").first, second);
    EXPECT_EQ(definition("target").first, second);
    EXPECT_EQ(listed(), Lines{cat("/web|stable|", second, '|', second, "|1|1|", path)});
    EXPECT_EQ(definition("2026-01-01T00:00:00.000Z").first, "org.podd1.Error.NoSuchVersion");
    EXPECT_EQ(definition("../state").first, "org.podd1.Error.NoSuchVersion");
}

TEST_F(Definitions, ComparesVersions) {
    const std::string first = apply("one", "created");
    const std::string second = apply("two");
    const Lines change = {"changed|/containers/main/exec/command/shell|\"one\"|\"two\""};
    EXPECT_EQ(rows(call("DiffVersions", {"web", first, second}).reply.get(), "ssss"), change);
    EXPECT_EQ(rows(call("DiffVersions", {"web", "", "target"}).reply.get(), "ssss"), change);
    EXPECT_EQ(rows(call("DiffVersions", {"web", second, second}).reply.get(), "ssss"), Lines{});
    EXPECT_EQ(call("DiffVersions", {"web", first, "no"}).errorName, "org.podd1.Error.NoSuchVersion");
    EXPECT_EQ(call("DiffVersions", {"no", "", ""}).errorName, "org.podd1.Error.NoSuchPod");
}

TEST_F(Definitions, RefusesOptionsThatItDoesNotKnowAndValuesOfAnotherType) {
    const std::string definition = bus.world.definition("/web", "two");
    apply("one", "created");
    const auto before = state();
    const std::pair<const char*, Lines> methods[] = {{"ApplyPod", {definition}},
                                                     {"VerifyDefinition", {definition}},
                                                     {"PreviewPod", {definition}},
                                                     {"RollbackPod", {"web", ""}}};
    for (const auto& [member, arguments] : methods)
        for (const Option& wrong : {Option{"sloppy", "b", "true"}, Option{"", "s", ""}, Option{"strict", "s", "true"},
                                    Option{"if-version", "b", "true"}, Option{"Strict", "b", "true"}})
            EXPECT_EQ(call(member, arguments, {wrong}).errorName, "org.podd1.Error.NotSupported")
                << member << ' ' << wrong.name;
    EXPECT_EQ(call("VerifyDefinition", {definition}, {{"if-version", "s", ""}}).errorName,
              "org.podd1.Error.NotSupported");
    EXPECT_EQ(call("RollbackPod", {"web", ""}, {{"strict", "b", "true"}}).errorName, "org.podd1.Error.NotSupported");
    EXPECT_EQ(state(), before);
}

}  // namespace

}  // namespace podd
