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
#include "core/deployment.h"
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

// What a version of the definition that instances have been launched from is, beside the wished one.
struct VersionFacts {
    bool right = true;     // its instances need not be replaced (core/upgrade.h)
    bool clashes = false;  // they have ports of the host that the wished one wants too
};

struct Pod {
    // `isolation` outlives this.
    Pod(sd_event* event, const Isolation& isolators, StoredPod wish, std::function<void()> wake)
        : isolation(isolators),
          stored(std::move(wish)),
          stateSinceUsec(sd::realTimeUsec()),
          timer(event, std::move(wake)) {}

    const Isolation& isolation;
    uint64_t settleUsec = kSettleUsec;
    StoredPod stored;
    bool unsaved = false;  // the state file does not say what is wished: it could not be written
    bool orphan = false;   // only to bring an instance to its end whose definition is not known any more
    std::map<uint64_t, std::unique_ptr<Instance>> instances;
    Backoff backoff;
    std::string lastFailure;                       // "instance '/web.3': container 'db': exit 3"
    uint64_t lastFailureUsec = 0;                  // CLOCK_REALTIME; 0 = there is none
    std::map<std::string, VersionFacts> versions;  // of those that instances are of, and the wished one
    bool exclusive = false;                        // the wished definition has ports of the host
    PodState shownState = PodState::stopped;       // the state when it last changed, to know when it changes
    uint64_t stateSinceUsec;                       // CLOCK_REALTIME
    sd::Timer timer;                               // for the end of the back-off

    const std::string& id() const { return stored.id; }
    PodFacts facts() const;
    VersionFacts versionFacts(const std::string& version) const;
    PodState state() const;
    const std::optional<Deployment>& deployment() const { return stored.deployment; }
    bool comesOn() const;                     // an instance of what is wished has come up, and works
    uint32_t ready() const;                   // instances of any version that run, do their work, and are not ending
    bool isSame(const PodSpec& spec) const {  // as what is wished for
        return stored.readable && stored.lost.empty() && stored.spec == spec;
    }
    bool isDeployed() const;  // what is wished is there, and nothing else
    // The version that was last completely deployed; another than stored.version during a redeployment.
    const std::string& deployedVersion() const { return stored.deployed; }
    uint64_t nextLaunchRealtimeUsec() const;  // 0 = none is waited for
    std::string obstacle() const;             // why what is wished cannot be launched by this build; "" = it can
    std::string message() const;              // one line: why it is as it is; "" when all is well
    std::string progress() const;             // how far its deployment is, and what it waits for

private:
    std::string waitsFor() const;
    std::string unready() const;  // what the checks of an instance that runs say against it; "" = nothing
};

}  // namespace podd
