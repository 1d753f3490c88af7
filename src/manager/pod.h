// SPDX-License-Identifier: LGPL-2.1-or-later
// One pod's records in podd: the wish (definition, version, up or down), its instances, its back-off and the deployment that is
// under way for it. What can be derived (its state) is derived, never stored.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/enum_table.h"
#include "core/backoff.h"
#include "core/reconcile.h"
#include "isolators/isolation.h"
#include "manager/instance.h"
#include "manager/store.h"

namespace podd {

enum class PodState { stable, degraded, stopping, stopped };
constexpr auto kPodStates = makeEnumTable<PodState>({
    {PodState::stable, "stable"},
    {PodState::degraded, "degraded"},
    {PodState::stopping, "stopping"},
    {PodState::stopped, "stopped"},
});

enum class DeploymentType { apply, rollback, start, stop, restart, remove };
constexpr auto kDeploymentTypes = makeEnumTable<DeploymentType>({
    {DeploymentType::apply, "apply"},
    {DeploymentType::rollback, "rollback"},
    {DeploymentType::start, "start"},
    {DeploymentType::stop, "stop"},
    {DeploymentType::restart, "restart"},
    {DeploymentType::remove, "delete"},
});

// Something a client asked for and can wait for; one at a time for each pod, a newer one cancels it.
struct Deployment {
    uint32_t id = 0;
    DeploymentType type = DeploymentType::apply;
    std::string pod;
    uint64_t failuresBefore = 0;  // Pod::failureCount when it began
};

struct Pod {
    // `isolation` outlives this.
    Pod(sd_event* event, const Isolation& isolators, StoredPod wish, std::function<void()> wake)
        : isolation(isolators),
          stored(std::move(wish)),
          stateSinceUsec(sd::realTimeUsec()),
          timer(event, std::move(wake)) {}

    const Isolation& isolation;
    StoredPod stored;
    bool unsaved = false;  // the state file does not say what is wished: it could not be written
    bool orphan = false;   // only to bring an instance to its end whose definition is not known any more
    std::map<uint64_t, std::unique_ptr<Instance>> instances;
    Backoff backoff;
    std::string lastFailure;    // "instance '/web.3': container 'db': exit 3"
    uint64_t failureCount = 0;  // of this podd, never reset
    uint64_t restartedBelow = 0;
    PodState shownState = PodState::stopped;  // the state when it last changed, to know when it changes
    uint64_t stateSinceUsec;                  // CLOCK_REALTIME
    std::optional<Deployment> deployment;
    sd::Timer timer;  // for the end of the back-off

    const std::string& id() const { return stored.id; }
    PodFacts facts() const;
    PodState state() const;
    uint32_t running() const;                 // instances of the wished version that run
    bool isSame(const PodSpec& spec) const {  // as what is wished for
        return stored.readable && stored.lost.empty() && stored.spec == spec;
    }
    bool isDeployed() const;  // nothing of another version than the wished one is left, and all of that is there
    // The version that was last completely deployed; another than stored.version during a redeployment.
    const std::string& deployedVersion() const { return stored.deployed; }
    uint64_t nextLaunchRealtimeUsec() const;  // 0 = none is waited for
    std::string obstacle() const;             // why what is wished cannot be launched by this build; "" = it can
    std::string message() const;              // one line: why it is as it is; "" when all is well
    std::string progress() const;             // what its deployment waits for
};

}  // namespace podd
