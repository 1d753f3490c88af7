// SPDX-License-Identifier: LGPL-2.1-or-later
// What systemd and the kernel alone cost for a pod: a slice with three scopes, made by one StartTransientUnit
// call while the containers prepare themselves, which are released when all jobs are done. On a bridge their network is
// connected while systemd works.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "bus_client.h"
#include "early_moves.h"
#include "floor_containers.h"
#include "floor_network.h"
#include "model/unit_plan.h"
#include "subject.h"

namespace podd::bench {

class Floor final : public Subject {
public:
    enum class Moves { whenTheyCome, begunEarly };
    enum class Network { host, bridge };

    Floor(BusKind kind, std::string payload, Moves moves = Moves::whenTheyCome, Network network = Network::host);

    void start(uint64_t number) override;
    void stop(uint64_t number) override;
    void clean(uint64_t number) override;

private:
    sd::Message newCall(const char* method) const;
    void call(const sd::Message& message);
    void startUnits(const UnitPlan& main, const std::vector<UnitPlan>& aux);

    BusClient client_;
    BusClient::OnSignal onJobRemoved_;
    BusClient::OnSignal onUnitRemoved_;
    std::unique_ptr<EarlyMoves> moves_;
    std::unique_ptr<FloorNetwork> network_;
    std::string payload_;
    std::unique_ptr<FloorContainers> containers_;
    std::set<std::string> jobs_;   // units with a job that is not done
    std::set<std::string> units_;  // that are not gone
    std::string problem_;
};

}  // namespace podd::bench
