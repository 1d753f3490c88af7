// SPDX-License-Identifier: LGPL-2.1-or-later
// podd as its users drive it: over D-Bus, and with podctl.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bus_client.h"
#include "subject.h"

namespace podd::bench {

// The ids of pods: all in one group, or each `groupSize` of them in a group of their own below it. A group is a slice, and
// systemd looks at all that are beside a unit when it makes one.
struct PodIds {
    uint64_t groupSize = 0;  // 0: one group
    std::string operator()(uint64_t number) const;
};

enum class PodNetwork {
    host,
    container,  // podd's own bridge
    cni,        // the network bench-cni (see cni_network.h)
};

// A pod of three containers with a shared volume; but for the host's network with a port of the host that podd chooses.
std::string podDefinition(const std::string& id, const std::string& payload, PodNetwork network = PodNetwork::host);

class PoddClient final : public Subject {
public:
    explicit PoddClient(std::string payload, PodIds ids = {}, PodNetwork network = PodNetwork::host);

    void start(uint64_t number) override;
    void stop(uint64_t number) override;
    void clean(uint64_t number) override;
    // All calls are sent before the first answer is waited for.
    void startAll(const std::vector<uint64_t>& numbers);
    void stopAll(const std::vector<uint64_t>& numbers);

private:
    sd::Message newCall(const char* method) const;
    sd::Message newApply(uint64_t number) const;
    sd::Message newStop(uint64_t number) const;
    void callAll(const std::vector<sd::Message>& calls);
    std::string callForDeployment(const sd::Message& message, const char* reply);
    void await(const std::string& deployment);

    BusClient client_;
    BusClient::OnSignal onDeploymentRemoved_;
    std::string payload_;
    PodIds podId_;
    PodNetwork network_;
    std::map<std::string, std::string> ended_;  // deployment -> "done", or the result and what podd says
};

class Podctl final : public Subject {
public:
    explicit Podctl(std::string payload) : payload_(std::move(payload)) {}

    void prepare(uint64_t number) override;
    void start(uint64_t number) override;
    void stop(uint64_t number) override;
    void clean(uint64_t number) override;

private:
    std::string payload_;
    PodIds podId_;
};

}  // namespace podd::bench
