// SPDX-License-Identifier: LGPL-2.1-or-later
// podd as its users drive it: over D-Bus, and with podctl.
#pragma once

#include <map>
#include <string>

#include "bus_client.h"
#include "subject.h"

namespace podd::bench {

// A pod of three containers with a shared volume and the host's network.
std::string podId(uint64_t number);
std::string podDefinition(uint64_t number, const std::string& payload);

class PoddClient final : public Subject {
public:
    explicit PoddClient(std::string payload);

    void prepare(uint64_t number) override;
    void start(uint64_t number) override;
    void stop(uint64_t number) override;
    void clean(uint64_t number) override;

private:
    sd::Message newCall(const char* method) const;
    std::string callForDeployment(const sd::Message& message, const char* reply);
    void await(const std::string& deployment);

    BusClient client_;
    BusClient::OnSignal onDeploymentRemoved_;
    std::string payload_;
    std::string definition_;
    std::map<std::string, std::string> ended_;  // deployment -> result
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
};

}  // namespace podd::bench
