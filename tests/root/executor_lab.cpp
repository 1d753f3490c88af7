// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor_lab.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/wire.h"
#include "model/names.h"

namespace podd::test {

namespace {

// The end of a field's value in the native protocol; `at` is behind its name.
std::string takeValue(std::string_view& text) {
    if (text.front() == '=') {
        const size_t end = text.find('\n');
        std::string value(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
        return value;
    }
    uint64_t size = 0;
    std::memcpy(&size, text.data() + 1, sizeof(size));
    std::string value(text.substr(1 + sizeof(size), size));
    text.remove_prefix(1 + sizeof(size) + size + 1);
    return value;
}

Entry parseEntry(std::string_view text) {
    Entry entry;
    while (!text.empty()) {
        const size_t end = text.find_first_of("=\n");
        const std::string name(text.substr(0, end));
        text.remove_prefix(end);
        entry.fields.emplace(name, takeValue(text));
    }
    return entry;
}

bool readable(int fd, int timeoutMs) {
    pollfd poll{fd, POLLIN, 0};
    return ::poll(&poll, 1, timeoutMs) > 0;
}

Packet receive(int socket, int timeoutMs, const char* what) {
    Packet packet;
    if (!readable(socket, timeoutMs))
        throw Error(Errc::unavailable, cat("no ", what, " within ", timeoutMs, " ms"));
    if (receivePacket(socket, packet) != Received::packet)
        throw Error(Errc::unavailable, cat("connection closed, no ", what));
    return packet;
}

}  // namespace

std::vector<std::string> Entry::all(const std::string& name) const {
    std::vector<std::string> values;
    const auto [first, last] = fields.equal_range(name);
    for (auto it = first; it != last; ++it)
        values.push_back(it->second);
    return values;
}

void ExecutorLab::SetUp() {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root: namespaces and mounts";
    std::string name = "/tmp/podd-executor.XXXXXX";
    directory_ = ::mkdtemp(name.data());
    std::filesystem::permissions(directory_, std::filesystem::perms(0755));
    makeDirectories(path("run"));
    listenAsPodd();
    listenAsJournald();
    startSpawner();
}

void ExecutorLab::TearDown() {
    if (spawner_ == 0)
        return;
    for (const pid_t child : children())
        ::kill(child, SIGKILL);
    ::kill(spawner_, SIGTERM);
    int status = 0;
    ::waitpid(spawner_, &status, 0);
    EXPECT_EQ(status, 0) << "of the spawner";
    std::filesystem::remove_all(directory_);
}

void ExecutorLab::startSpawner() {
    std::vector<std::string> arguments{
        PODD_EXECUTOR,       "--init",      PODD_INIT,   "--socket",     path("spawner.sock"),
        "--state-directory", path("state"), "--journal", path("journal")};
    arguments.insert(arguments.end(), extraOptions_.begin(), extraOptions_.end());
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    spawner_ = ::fork();
    if (spawner_ == 0) {
        for (int i = 0; i < 20; ++i)
            (void)!::dup(0);  // a careless parent: the containers must not see these
        ::execv(PODD_EXECUTOR, argv.data());
        ::_exit(127);
    }
    ASSERT_TRUE(eventually([this] { return (orders_ = connectTo(path("spawner.sock"))).get() >= 0; }));
}

void ExecutorLab::listenAsPodd() {
    listener_ = listenAt(path("run/executor.sock"));
}

void ExecutorLab::leaveAsPodd() {
    executor_.reset();
    listener_.reset();
}

void ExecutorLab::listenAsJournald() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path("journal").copy(address.sun_path, sizeof(address.sun_path) - 1);
    journal_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(journal_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
    (void)::unlink(address.sun_path);
    ASSERT_EQ(::bind(journal_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

ContainerPlan ExecutorLab::container(const std::string& name, const std::string& script) {
    ContainerPlan plan;
    plan.name = name;
    plan.argv = {"sh", "-c", script};
    plan.environment = {"PATH=/usr/bin:/bin", "GREETING=hello"};
    plan.mountNamespace = true;
    plan.pidNamespace = true;
    plan.mounts = {{.kind = MountKind::proc, .target = "/proc"}};
    plan.killGraceUsec = 3'000'000;
    return plan;
}

LaunchPlan ExecutorLab::plan(const std::vector<ContainerPlan>& containers) {
    const InstanceId id{"/test/web", ++number_};
    LaunchPlan plan;
    plan.pod = id.pod;
    plan.number = id.number;
    plan.version = "2026-01-01T00:00:00.000Z";
    plan.runDirectory = path("run");
    plan.sandbox = cat(path("state/sandboxes/"), id.escaped());
    plan.podSlice = podSlice(id.pod);
    plan.instanceSlice = instanceSlice(id);
    plan.hostname = "test-web";
    plan.ipcNamespace = true;
    plan.utsNamespace = true;
    plan.containers = containers;
    for (ContainerPlan& container : plan.containers) {
        container.scope = containerScope(id, container.name);
        container.sandbox = cat(plan.sandbox, "/containers/", container.name);
    }
    return plan;
}

void ExecutorLab::order(const Order& order, const std::vector<int>& fds) {
    ASSERT_TRUE(sendPacket(orders_.get(), wire::encode(order), fds));
}

Notice ExecutorLab::notice() {
    return wire::decode<Notice>(receive(orders_.get(), 5000, "notice").data);
}

void ExecutorLab::accept() {
    if (!readable(listener_.get(), 5000))
        throw Error(Errc::unavailable, "the executor does not connect");
    executor_ = acceptFrom(listener_.get());
}

Report ExecutorLab::launch(const LaunchPlan& plan) {
    const std::string instance = InstanceId{plan.pod, plan.number}.escaped();
    const UniqueFd memfd = sealedMemfd("plan", wire::encode(plan));
    order({.kind = Order::Kind::launch, .instance = instance}, {memfd.get()});
    const Notice spawned = notice();
    EXPECT_EQ(spawned.kind, Notice::Kind::spawned);
    EXPECT_EQ(spawned.problem, "");
    accept();
    const Report hello = report();
    EXPECT_EQ(hello.kind, Report::Kind::hello);
    EXPECT_EQ(hello.record.executorPid, spawned.pid);
    return report();
}

Report ExecutorLab::launchAll(const LaunchPlan& plan) {
    const Report pids = launch(plan);
    EXPECT_EQ(pids.kind, Report::Kind::pids) << pids.problem;
    command(ExecutorCommand::Kind::scoped);
    return await(Report::Kind::running);
}

void ExecutorLab::command(const ExecutorCommand& command) {
    ASSERT_TRUE(sendPacket(executor_.get(), wire::encode(command)));
}

Report ExecutorLab::report(int timeoutMs) {
    return wire::decode<Report>(receive(executor_.get(), timeoutMs, "report").data);
}

Report ExecutorLab::await(Report::Kind kind, int timeoutMs) {
    Report next = report(timeoutMs);
    while (next.kind != kind) {
        if (next.kind == Report::Kind::failed || next.kind == Report::Kind::ended)
            throw Error(Errc::internal, cat("ended instead: ", next.problem, next.record.problem));
        next = report(timeoutMs);
    }
    return next;
}

Report ExecutorLab::end() {
    Report last = report();
    while (last.kind != Report::Kind::ended && last.kind != Report::Kind::failed)
        last = report();
    Notice ended = notice();
    EXPECT_EQ(ended.kind, Notice::Kind::executorEnded);
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.pid, last.record.executorPid);
    EXPECT_EQ(last.record.phase, InstancePhase::ended);
    const std::string file = cat("run/instances/", ended.instance, "/record");
    EXPECT_EQ(parseRecord(contentOf(file)), last.record);
    return last;
}

std::optional<Entry> ExecutorLab::entry(int timeoutMs) {
    if (!readable(journal_.get(), timeoutMs))
        return std::nullopt;
    static std::array<char, 65536> buffer;
    alignas(cmsghdr) std::array<char, 256> control{};
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t n = ::recvmsg(journal_.get(), &message, 0);
    Entry entry = parseEntry(std::string_view(buffer.data(), static_cast<size_t>(n)));
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header))
        if (header->cmsg_type == SCM_CREDENTIALS) {
            ucred credentials{};
            std::memcpy(&credentials, CMSG_DATA(header), sizeof(credentials));
            entry.pid = credentials.pid;
            EXPECT_EQ(credentials.uid, 0U);
        }
    return entry;
}

void ExecutorLab::awaitUp(int containers) {
    for (int i = 0; i < containers; ++i)
        EXPECT_EQ(message(), "up");
}

std::string ExecutorLab::message(int timeoutMs) {
    const std::optional<Entry> next = entry(timeoutMs);
    return next ? next->field("MESSAGE") : "";
}

std::string ExecutorLab::contentOf(const std::string& name) const {
    return readFileIfExists(path(name)).value_or("");
}

std::vector<pid_t> ExecutorLab::children() const {
    std::vector<pid_t> found;
    std::vector<pid_t> toVisit{spawner_};
    while (!toVisit.empty()) {
        const pid_t parent = toVisit.back();
        toVisit.pop_back();
        const auto list = readFileIfExists(cat("/proc/", parent, "/task/", parent, "/children"));
        for (const std::string& word : split(list.value_or(""), ' '))
            if (const auto pid = parseUnsigned(word)) {
                found.push_back(static_cast<pid_t>(*pid));
                toVisit.push_back(found.back());
            }
    }
    return found;
}

// The executor for the next launch has 0, 1, 2, the socket for its plan and podd-init.
bool standsBy(pid_t pid) {
    return listDirectory(cat("/proc/", pid, "/fd")).size() == 5;
}

void ExecutorLab::expectNothingLeft() const {
    EXPECT_TRUE(eventually([this] {
        const std::vector<pid_t> left = children();
        return left.size() == 1 && standsBy(left.front());
    }));
    EXPECT_TRUE(listDirectory(path("state/sandboxes")).empty());
}

bool alive(pid_t pid) {
    const std::string stat = readFileIfExists(cat("/proc/", pid, "/stat")).value_or("");
    const size_t comm = stat.rfind(')');
    return comm != std::string::npos && stat.compare(comm, 3, ") Z") != 0;
}

const ContainerRecord& named(const Report& report, const std::string& name) {
    for (const ContainerRecord& container : report.record.containers)
        if (container.name == name)
            return container;
    throw Error(Errc::internal, cat("no container ", podd::quoted(name)));
}

}  // namespace podd::test
