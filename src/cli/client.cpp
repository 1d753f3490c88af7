// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/client.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/strings.h"
#include "cli/message.h"
#include "sd/check.h"
#include "sd/names.h"

namespace podd::cli {

namespace {

// Somebody may have to find and type a password before podd can answer.
constexpr uint64_t kPasswordPatienceUsec = 5ULL * 60 * 1'000'000;

// Of calls that make a new version.
const std::set<std::string_view> kChangeOptions = {"if-version", "force", "rollback-on-failure"};

sd::Bus connect(const Options& options) {
    sd_bus* bus = nullptr;
    if (!options.host.empty())
        sd::check(sd_bus_open_system_remote(&bus, options.host.c_str()), cat("connect to host ", quoted(options.host)));
    else if (!options.machine.empty())
        sd::check(sd_bus_open_system_machine(&bus, options.machine.c_str()),
                  cat("connect to machine ", quoted(options.machine)));
    else
        sd::check(sd_bus_open_system(&bus), "connect to the system bus");
    return sd::Bus(bus);
}

// What the bus says of a call whose receiver has left it. That an answer was waited for too long has another name.
constexpr std::string_view kNoReply = "org.freedesktop.DBus.Error.NoReply";

// Whether asking twice is as good as asking once.
bool isQuestion(std::string_view method) {
    constexpr std::array<std::string_view, 5> kBegins{"Diff", "Get", "List", "Plan", "Preview"};
    return std::any_of(kBegins.begin(), kBegins.end(), [&](std::string_view each) { return method.starts_with(each); });
}

// podd's own errors carry a complete text; the bus' errors need the words that say who failed.
[[noreturn]] void raise(const sd::BusError& error, int result, bool question) {
    for (const auto& [code, name] : sd::kErrorNames)
        if (name == std::string_view(error.name()) && *error.message() != '\0')
            throw Error(code, error.message());
    const std::string_view name = error.name();
    if (name == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired")
        throw Error(Errc::denied, "authorisation is required, and nobody could be asked for it");
    if (name == "org.freedesktop.DBus.Error.ServiceUnknown" || name == "org.freedesktop.DBus.Error.NameHasNoOwner")
        throw Error(Errc::unavailable, "reach podd: it is neither running nor installed there");
    if (name == kNoReply)
        throw Error(Errc::unavailable, cat("ask podd: it ended before it answered",
                                           question ? "" : "; 'podctl status' tells whether it has accepted this"));
    const std::string cause = *error.message() == '\0' ? errnoText(-result) : error.message();
    throw Error(Errc::unavailable, cat("ask podd: ", cause));
}

Applied readApplied(sd_bus_message* reply) {
    Applied applied;
    applied.outcome = readText(reply, 's');
    applied.pod = readText(reply, 'o');
    applied.version = readText(reply, 's');
    applied.deployment = readText(reply, 'o');
    return applied;
}

std::vector<Change> readChanges(sd_bus_message* reply) {
    std::vector<Change> changes;
    readArray(reply, "(ssss)", [&] {
        enter(reply, SD_BUS_TYPE_STRUCT, "ssss");
        Change change;
        change.kind = kChangeKinds.value(readText(reply, 's')).value_or(Change::Kind::changed);
        change.path = readText(reply, 's');
        change.before = readText(reply, 's');
        change.after = readText(reply, 's');
        leave(reply);
        changes.push_back(std::move(change));
    });
    return changes;
}

std::vector<Problem> readProblems(sd_bus_message* reply) {
    std::vector<Problem> problems;
    readArray(reply, "(sssssuu)", [&] {
        enter(reply, SD_BUS_TYPE_STRUCT, "sssssuu");
        Problem problem;
        problem.severity = kSeverities.value(readText(reply, 's')).value_or(Problem::Severity::warning);
        problem.pointer = readText(reply, 's');
        problem.what = readText(reply, 's');
        problem.value = readText(reply, 's');
        problem.suggestion = readText(reply, 's');
        problem.line = static_cast<unsigned>(readNumber(reply, 'u'));
        problem.column = static_cast<unsigned>(readNumber(reply, 'u'));
        leave(reply);
        problems.push_back(std::move(problem));
    });
    return problems;
}

}  // namespace

Client::Client(const Options& options) : bus_(connect(options)) {
    const bool asks = options.askPassword && ::isatty(STDIN_FILENO) != 0;
    sd::check(sd_bus_set_allow_interactive_authorization(bus_.get(), asks), "allow password questions");
    if (asks)
        patienceUsec_ = kPasswordPatienceUsec;
}

sd::Message Client::request(const char* path, const char* interface, const char* method) {
    sd_bus_message* message = nullptr;
    sd::check(sd_bus_message_new_method_call(bus_.get(), &message, sd::kService, path, interface, method),
              cat("make the call ", method));
    return sd::Message(message);
}

sd::Message Client::send(sd::Message request) {
    const bool question = isQuestion(sd_bus_message_get_member(request.get()));
    for (bool again = question;; again = false) {
        sd::BusError error;
        sd_bus_message* reply = nullptr;
        const int result = sd_bus_call(bus_.get(), request.get(), patienceUsec_, error.get(), &reply);
        if (result >= 0)
            return sd::Message(reply);
        if (!again || error.name() != kNoReply)
            raise(error, result, question);
    }
}

sd::Message Client::call(const char* path, const char* interface, const char* method,
                         const std::vector<std::string>& arguments) {
    sd::Message message = request(path, interface, method);
    for (const std::string& argument : arguments)
        sd::check(sd_bus_message_append_basic(message.get(), 's', argument.c_str()), cat("make the call ", method));
    return send(std::move(message));
}

// Of the options those in `known`; before them a number, for methods that want one.
sd::Message Client::withOptions(const char* method, const std::vector<std::string>& arguments, const Options& options,
                                const std::set<std::string_view>& known, std::optional<uint32_t> number) {
    sd::Message message = request(sd::kManagerPath, sd::kManager, method);
    const auto append = [&](int result) { sd::check(result, cat("make the call ", method)); };
    for (const std::string& argument : arguments)
        append(sd_bus_message_append_basic(message.get(), 's', argument.c_str()));
    if (number)
        append(sd_bus_message_append(message.get(), "u", *number));
    append(sd_bus_message_open_container(message.get(), 'a', "{sv}"));
    const auto set = [&](const char* name, bool given) { return given && known.contains(name); };
    if (set("strict", options.strict))
        append(sd_bus_message_append(message.get(), "{sv}", "strict", "b", 1));
    if (set("force", options.force))
        append(sd_bus_message_append(message.get(), "{sv}", "force", "b", 1));
    if (set("if-version", options.ifVersion.has_value()))
        append(sd_bus_message_append(message.get(), "{sv}", "if-version", "s", options.ifVersion->c_str()));
    if (set("rollback-on-failure", options.rollbackOnFailure > 0))
        append(sd_bus_message_append(message.get(), "{sv}", "rollback-on-failure", "u", options.rollbackOnFailure));
    append(sd_bus_message_close_container(message.get()));
    return message;
}

sd::Message Client::manager(const char* method, const std::vector<std::string>& arguments) {
    return call(sd::kManagerPath, sd::kManager, method, arguments);
}

Applied Client::apply(const std::string& definition, const Options& options) {
    static const std::set<std::string_view> kKnown = {"strict", "if-version", "force", "rollback-on-failure"};
    return readApplied(send(withOptions("ApplyPod", {definition}, options, kKnown)).get());
}

Preview Client::preview(const std::string& definition, const Options& options) {
    const sd::Message reply = send(withOptions("PreviewPod", {definition}, options, {"strict", "if-version"}));
    Preview preview;
    preview.outcome = readText(reply.get(), 's');
    preview.id = readText(reply.get(), 's');
    preview.version = readText(reply.get(), 's');
    preview.changes = readChanges(reply.get());
    preview.problems = readProblems(reply.get());
    return preview;
}

Applied Client::rollback(const std::string& id, const std::string& version, const Options& options) {
    return readApplied(send(withOptions("RollbackPod", {id, version}, options, kChangeOptions)).get());
}

std::string Client::plan(const std::string& definition, const Options& options) {
    return readText(send(withOptions("PlanPod", {definition}, options, {"strict"})).get(), 's');
}

std::vector<IsolatorRow> Client::listIsolators() {
    const sd::Message reply = manager("ListIsolators");
    std::vector<IsolatorRow> rows;
    readArray(reply.get(), "(ssbs)", [&] {
        enter(reply.get(), SD_BUS_TYPE_STRUCT, "ssbs");
        IsolatorRow row;
        row.name = readText(reply.get(), 's');
        row.summary = readText(reply.get(), 's');
        row.selected = readFlag(reply.get());
        row.problem = readText(reply.get(), 's');
        leave(reply.get());
        rows.push_back(std::move(row));
    });
    return rows;
}

void Client::purge(const std::string& id) {
    manager("PurgePod", {id});
}

Applied Client::scale(const std::string& id, std::optional<uint32_t> instances, const Options& options) {
    const char* const method = !instances ? "ResumePod" : *instances == 0 ? "SuspendPod" : "ScalePod";
    const std::optional<uint32_t> number = instances.value_or(0) == 0 ? std::nullopt : instances;
    return readApplied(send(withOptions(method, {id}, options, kChangeOptions, number)).get());
}

std::string Client::begin(const char* method, const std::string& id) {
    return readText(manager(method, {id}).get(), 'o');
}

std::string Client::change(const char* method, const std::string& id, const Options& options) {
    return readText(send(withOptions(method, {id}, options, {"force"})).get(), 'o');
}

std::string Client::cancel(uint32_t deployment) {
    sd::Message message = request(sd::kManagerPath, sd::kManager, "CancelDeployment");
    sd::check(sd_bus_message_append(message.get(), "u", deployment), "make the call CancelDeployment");
    return readText(send(std::move(message)).get(), 'o');
}

void Client::resetFailed(const std::string& id) {
    manager("ResetFailedPod", {id});
}

void Client::freeze(const std::string& name) {
    manager("Freeze", {name});
}

void Client::thaw(const std::string& name) {
    manager("Thaw", {name});
}

std::vector<DeclarationRow> Client::reload() {
    const sd::Message reply = manager("Reload");
    std::vector<DeclarationRow> rows;
    readArray(reply.get(), "(ssss)", [&] {
        enter(reply.get(), SD_BUS_TYPE_STRUCT, "ssss");
        DeclarationRow row;
        row.file = readText(reply.get(), 's');
        row.pod = readText(reply.get(), 's');
        row.outcome = readText(reply.get(), 's');
        row.message = readText(reply.get(), 's');
        leave(reply.get());
        rows.push_back(std::move(row));
    });
    return rows;
}

void Client::subscribe() {
    manager("Subscribe");
}

void Client::kill(const std::string& name, const std::string& whom, int signal) {
    sd::Message message = request(sd::kManagerPath, sd::kManager, "Kill");
    sd::check(sd_bus_message_append(message.get(), "ssi", name.c_str(), whom.c_str(), signal), "make the call Kill");
    send(std::move(message));
}

std::vector<PodRow> Client::listPods() {
    const sd::Message reply = manager("ListPods");
    std::vector<PodRow> rows;
    readArray(reply.get(), "(ssssuuo)", [&] {
        enter(reply.get(), SD_BUS_TYPE_STRUCT, "ssssuuo");
        PodRow row;
        row.id = readText(reply.get(), 's');
        row.state = readText(reply.get(), 's');
        row.version = readText(reply.get(), 's');
        row.target = readText(reply.get(), 's');
        row.wanted = readNumber(reply.get(), 'u');
        row.running = readNumber(reply.get(), 'u');
        readText(reply.get(), 'o');
        leave(reply.get());
        rows.push_back(std::move(row));
    });
    return rows;
}

std::vector<InstanceRow> Client::listInstances(const std::string& id) {
    const sd::Message reply = manager("ListInstances", {id});
    std::vector<InstanceRow> rows;
    readArray(reply.get(), "(sssto)", [&] {
        enter(reply.get(), SD_BUS_TYPE_STRUCT, "sssto");
        InstanceRow row;
        row.name = readText(reply.get(), 's');
        row.state = readText(reply.get(), 's');
        row.version = readText(reply.get(), 's');
        row.sinceUsec = readNumber(reply.get(), 't');
        readText(reply.get(), 'o');
        leave(reply.get());
        rows.push_back(std::move(row));
    });
    return rows;
}

std::vector<DeploymentRow> Client::listDeployments() {
    const sd::Message reply = manager("ListDeployments");
    std::vector<DeploymentRow> rows;
    readArray(reply.get(), "(ussssto)", [&] {
        enter(reply.get(), SD_BUS_TYPE_STRUCT, "ussssto");
        DeploymentRow row;
        row.id = readNumber(reply.get(), 'u');
        row.type = readText(reply.get(), 's');
        row.pod = readText(reply.get(), 's');
        row.state = readText(reply.get(), 's');
        row.message = readText(reply.get(), 's');
        row.sinceUsec = readNumber(reply.get(), 't');
        readText(reply.get(), 'o');
        leave(reply.get());
        rows.push_back(std::move(row));
    });
    return rows;
}

std::vector<VersionRow> Client::listVersions(const std::string& id) {
    const sd::Message reply = manager("ListVersions", {id});
    std::vector<VersionRow> rows;
    readArray(reply.get(), "(ss)", [&] {
        enter(reply.get(), SD_BUS_TYPE_STRUCT, "ss");
        VersionRow row;
        row.version = readText(reply.get(), 's');
        row.state = readText(reply.get(), 's');
        leave(reply.get());
        rows.push_back(std::move(row));
    });
    return rows;
}

std::vector<Change> Client::diff(const std::string& id, const std::string& from, const std::string& to) {
    return readChanges(manager("DiffVersions", {id, from, to}).get());
}

Definition Client::definition(const std::string& id, const std::string& version) {
    const sd::Message reply = manager("GetDefinition", {id, version});
    Definition found;
    found.version = readText(reply.get(), 's');
    found.text = readText(reply.get(), 's');
    return found;
}

std::string Client::podPath(const std::string& id) {
    return readText(manager("GetPod", {id}).get(), 'o');
}

std::string Client::instancePath(const std::string& name) {
    return readText(manager("GetInstance", {name}).get(), 'o');
}

Properties Client::properties(const std::string& path, const char* interface) {
    return readProperties(call(path.c_str(), "org.freedesktop.DBus.Properties", "GetAll", {interface}).get());
}

Properties Client::withUsage(const std::string& path, const char* interface) {
    Properties all = properties(path, interface);
    all.merge(properties(path, sd::kUsage));
    return all;
}

ManagedObjects Client::managedObjects() {
    return readManagedObjects(call(sd::kManagerPath, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects").get());
}

}  // namespace podd::cli
