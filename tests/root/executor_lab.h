// SPDX-License-Identifier: LGPL-2.1-or-later
// A spawner with everything around it in a directory of its own, without systemd: the test plays podd (it
// listens on executor.sock, sends plans and answers "scoped" without making any unit) and journald (a
// datagram socket).
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/socket.h"
#include "model/executor_protocol.h"
#include "model/launch_plan.h"

namespace podd::test {

// One entry as journald would get it.
struct Entry {
    std::multimap<std::string, std::string> fields;
    pid_t pid = 0;  // of the sender, by SCM_CREDENTIALS

    std::string field(const std::string& name) const {
        const auto found = fields.find(name);
        return found == fields.end() ? "" : found->second;
    }
    std::vector<std::string> all(const std::string& name) const;
};

class ExecutorLab : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    void startSpawner();
    void listenAsPodd();
    void leaveAsPodd();  // as a podd that is killed: the socket's file stays, nobody listens
    void listenAsJournald();

    // A plan with PID namespaces and a PATH; each container is a shell script.
    static ContainerPlan container(const std::string& name, const std::string& script);
    LaunchPlan plan(const std::vector<ContainerPlan>& containers);

    Report launch(const LaunchPlan& plan);     // until the pids are known
    Report launchAll(const LaunchPlan& plan);  // until running
    void order(const Order& order, const std::vector<int>& fds = {});
    Notice notice();
    void accept();  // the executor's next connection
    void command(const ExecutorCommand& command);
    void command(ExecutorCommand::Kind kind) { command({.kind = kind}); }
    Report report(int timeoutMs = 5000);
    Report await(Report::Kind kind, int timeoutMs = 5000);
    Report end();  // waits for `ended` and for the executor's exit

    std::optional<Entry> entry(int timeoutMs = 3000);
    void awaitUp(int containers = 1);
    std::string message(int timeoutMs = 3000);  // the next entry's MESSAGE, "" if none comes

    std::string path(const std::string& name) const { return directory_ + "/" + name; }
    std::string contentOf(const std::string& name) const;
    // The processes that are below the spawner, and what is below sandboxes/.
    std::vector<pid_t> children() const;
    void expectNothingLeft() const;

    std::string directory_;
    pid_t spawner_ = 0;
    std::vector<std::string> extraOptions_;
    UniqueFd orders_;
    UniqueFd listener_;
    UniqueFd executor_;  // connection
    UniqueFd journal_;
    uint64_t number_ = 0;
};

// Whether `condition` becomes true within the time.
template <typename Condition>
bool eventually(Condition&& condition, int timeoutMs = 3000) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeoutMs);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        ::usleep(2000);
    }
    return true;
}

bool alive(pid_t pid);

// Ends with 0 on SIGTERM, ignores SIGTERM; both say "up" when they have come so far.
constexpr const char* kForever = "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done";
constexpr const char* kDeaf = "trap '' TERM; echo up; while :; do sleep 0.05; done";

const ContainerRecord& named(const Report& report, const std::string& name);

}  // namespace podd::test
