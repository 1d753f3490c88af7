// SPDX-License-Identifier: LGPL-2.1-or-later
// podd's heart: all pods and instances, and the only place that changes them. Requests come from the D-Bus objects, facts
// from systemd, the spawner and the executors; each leads to reconcile() of the pod it is about. It knows no D-Bus itself:
// who wants to tell clients is an Observer.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "core/ports.h"
#include "isolators/isolation.h"
#include "manager/address_grants.h"
#include "manager/config.h"
#include "manager/name_file.h"
#include "manager/pod.h"
#include "manager/port_grants.h"
#include "manager/termination_store.h"
#include "model/diff_json.h"
#include "model/problem.h"

namespace podd {

class Observer {
public:
    virtual ~Observer() = default;
    virtual void podAdded(const Pod& pod) = 0;
    virtual void podChanged(const Pod& pod) = 0;
    virtual void podRemoved(const Pod& pod) = 0;  // while it can still be found
    virtual void instanceAdded(const Instance& instance) = 0;
    virtual void instanceChanged(const Instance& instance) = 0;
    virtual void instanceRemoved(const Instance& instance) = 0;
    virtual void deploymentAdded(const Deployment& deployment) = 0;
    virtual void deploymentStuck(const Deployment& deployment) = 0;  // once more with each failure
    virtual void deploymentRemoved(const Deployment& deployment, const std::string& result,
                                   const std::string& message) = 0;
};

// A definition that does not hold, with everything that is wrong with it (and its warnings and notes).
class BadDefinition final : public Error {
public:
    explicit BadDefinition(std::vector<Problem> found);
    BadDefinition(const std::string& context, std::vector<Problem> found);  // "context:" on a line of its own
    const std::vector<Problem>& problems() const { return problems_; }

private:
    std::vector<Problem> problems_;
};

struct ApplyOptions {
    bool strict = false;  // unknown fields are errors
    // Refuse (versionConflict) unless this is the target version now; "" = there must be no such pod.
    std::optional<std::string> ifVersion{};
    bool force = false;          // take the place of a deployment that is under way, instead of being refused (locked)
    uint32_t rollbackAfter = 0;  // failures after which podd goes back to the version before by itself; 0 = never
};

struct Applied {
    std::string outcome;  // created, changed, unchanged
    std::string version;
    uint32_t deployment = 0;  // 0 = nothing to wait for
};

// What an apply would do.
struct Preview {
    std::string outcome;  // created, changed, unchanged
    std::string id;
    std::string version;            // the target version now; "" = there is no such pod
    std::vector<Change> changes;    // against that version; against nothing when the pod would be created
    std::vector<Problem> problems;  // warnings and notes
};

struct VersionInfo {
    std::string version;
    std::string state;  // "deployed", "target" (accepted, and its redeployment is not complete), ""
};

class Manager final : public InstanceHost, public UnitListener {
public:
    struct Ports {
        UnitsPort* units = nullptr;
        SpawnerPort* spawner = nullptr;
        ExecutorsPort* executors = nullptr;
        Observer* observer = nullptr;
    };

    // `isolation` outlives this.
    Manager(sd_event* event, Config config, const Isolation& isolation);
    ~Manager() override;
    void attach(const Ports& ports) { ports_ = ports; }

    // Takes up what an earlier podd left: definitions, records of instances, units. `units` are the loaded pod units.
    void recover(const std::vector<std::string>& units);

    // Requests. They throw Error for what cannot be; a durable change is on disk when they return.
    // The id of a definition; throws badDefinition with every problem when it does not hold.
    std::string checkDefinition(const std::string& definition, bool strict) const;
    Applied apply(const std::string& definition, const ApplyOptions& options);
    Preview preview(const std::string& definition, const ApplyOptions& options) const;  // changes nothing
    // What of a definition that holds reaches beyond its pod, in words (model/reach.h).
    std::vector<std::string> reachOf(const std::string& definition) const;
    // A new version with the content of an old one, checked like any other definition. `version` is a word for
    // resolveVersion(), or "": the version before the target version.
    std::string rollbackTarget(const std::string& id, const std::string& version) const;  // its name
    Applied rollback(const std::string& id, const std::string& version, const ApplyOptions& options);
    // Forgets the history of an id; refused (notNow) while there is a pod of that id.
    void purge(const std::string& id);
    Applied scale(const std::string& id, uint32_t instances, const ApplyOptions& options);
    Applied resume(const std::string& id,
                   const ApplyOptions& options);  // as many as there were before it was scaled to 0
    // These return the deployment to wait for. Starting and stopping take the place of any other one.
    uint32_t start(const std::string& id);
    uint32_t stop(const std::string& id);
    uint32_t restart(const std::string& id, bool force = false);
    uint32_t remove(const std::string& id, bool force = false);
    // Takes a deployment back: the pod gets the definition that it had before. Returns the deployment that does it; 0 =
    // there is nothing to wait for. Throws noSuchDeployment, and notNow for one that cannot be taken back.
    uint32_t cancel(uint32_t id);
    const Deployment& deployment(uint32_t id) const;  // throws noSuchDeployment
    // Forgets failures and back-off: what is missing is launched at once.
    void resetFailed(const std::string& id);

    // What runs of a pod, of an instance ("/web.3"), or a container ("/web.3/nginx"). They throw noSuchPod,
    // noSuchInstance, and notNow when nothing of it runs; `done` gets what went wrong afterwards, or "".
    void freeze(const std::string& name, UnitsPort::Done done);
    void thaw(const std::string& name, UnitsPort::Done done);
    enum class KillWhom { main, all };  // the first process of each container, or every process
    void kill(const std::string& name, KillWhom whom, int signal, UnitsPort::Done done);
    std::string podOf(const std::string& name) const;  // the id of the pod that such a name is about

    // What the launch of a definition would do (core/plan_json.h); throws badDefinition, or notSupported for what has
    // obstacles. Changes nothing.
    InstancePlan planOf(const std::string& definition, bool strict);

    // Versions, also of ids whose pod was deleted. All throw noSuchPod when there is neither pod nor history.
    // A version by its name, or by a word: "" or "deployed", "target" (of a deleted pod both are the last version).
    std::string resolveVersion(const std::string& id, const std::string& word) const;
    std::string definition(const std::string& id, const std::string& word) const;  // canonical text
    std::vector<Change> diff(const std::string& id, const std::string& from, const std::string& to) const;
    std::vector<VersionInfo> history(const std::string& id) const;  // the oldest first
    // The last ends of instances that nobody had asked for, the oldest first.
    std::vector<Termination> terminations(const std::string& id) const;

    // An instance, or one container of it.
    struct Target {
        Instance* instance = nullptr;
        std::string container{};  // "" = all
    };

    // Facts.
    void onReport(const InstanceId& id, const Report& report);
    void onNotice(const Notice& notice);
    void onSpawnerLost(const std::vector<std::string>& launches);  // escaped instances

    Pod* findPod(const std::string& id) const;  // nullptr when there is none
    Instance* findInstance(const InstanceId& id) const;
    Pod& pod(const std::string& id) const;  // throws noSuchPod
    const std::map<std::string, std::unique_ptr<Pod>>& pods() const { return pods_; }
    const Config& config() const { return config_; }
    const Isolation& isolation() const { return isolation_; }
    const Store& store() const { return store_; }

private:
    // InstanceHost
    void startUnits(Instance& instance, const UnitPlan& main, const std::vector<UnitPlan>& aux) override;
    void stopUnits(Instance& instance) override;
    bool command(const Instance& instance, ExecutorCommand::Kind kind) override;
    void drain(const Instance& instance) override;
    void removeSandbox(const Instance& instance) override;
    void changed(Instance& instance, LaunchPhase before, bool wasReady) override;
    void over(Instance& instance) override;
    void executorEnded(Instance& instance, const std::string& how) override;

    // UnitListener
    void jobQueued(const std::string& job, const std::string& unit) override;
    void unitRemoved(const std::string& unit) override;
    void removalsMissed() override;

    std::vector<Target> targetsOf(const std::string& name) const;
    std::vector<Target> runningTargetsOf(const std::string& name) const;
    std::vector<std::string> frozenUnits(const Instance& instance) const;
    void thawAll(std::vector<std::string> frozen, UnitsPort::Done done);

    Pod& addPod(StoredPod stored);
    std::vector<std::string> unitsToThaw(const Instance& instance) const;
    void stopThawed(const InstanceId& id);
    void thawAndStop(const InstanceId& id);
    void thawAgain();
    Pod& orphan(const std::string& id);
    void refuseOverlap(const std::string& id) const;
    void refuseOtherVersion(const std::string& id, const ApplyOptions& options) const;
    void refuseWhileDeleted(const std::string& id) const;
    std::vector<std::string> knownVersions(const std::string& id) const;
    Applied accept(PodSpec spec, std::optional<DeploymentType> type, const ApplyOptions& options);
    void noteDeployed(Pod& pod);
    void refuseUnlaunchable(const Pod& pod) const;
    std::string saveWish(Pod& pod);  // why it could not be saved; "" = it is on disk
    bool judgeDamage(Pod& pod);
    void trimHistory(const Pod& pod);
    void reconcilePod(Pod& pod);
    void launch(Pod& pod);
    InstanceView viewOf(const PodSpec& spec, InstanceId id, std::string version, const GrantedPorts& granted) const;
    Instance& addInstance(Pod& pod, const InstanceId& id, const std::string& version);
    void bury(const InstanceId& id);
    void noteEnd(Pod& pod, const Instance& instance);
    void remember(Pod& pod, const Instance& instance);
    void recallFailure(Pod& pod) const;
    void hear(Instance& instance, const Report& report);
    void askWhetherStopped(const InstanceId& id);
    void jobKnown(const InstanceId& id, bool stops);
    void stoppedByOthers(const InstanceId& id);
    void release(const InstanceId& id, bool stopped);
    Instance& takeUp(const InstanceId& id, const InstanceRecord& record);
    void adopt(const InstanceId& id, const Report& report);
    void resumeRecord(const std::string& directory, const std::vector<std::string>& units);
    void removeSandbox(const InstanceId& id);
    void removeStraySandboxes();
    bool removeStrayRecords();
    void sweep();
    void sweepGrants();
    void nameInstance(const Instance& instance);
    void track(Instance& instance);
    // Deployments (manager_deployments.cpp).
    void refuseLocked(const Pod& pod, bool force) const;
    Deployment newDeployment(const std::string& id, DeploymentType type);
    uint32_t beginDeployment(Pod& pod, DeploymentType type);
    void wishUp(Pod& pod, DeploymentType type, uint64_t restartedBelow);
    void announce(Pod& pod, const std::optional<Deployment>& before);
    void checkDeployment(Pod& pod);
    void endDeployment(Pod& pod, const std::string& result, const std::string& message);
    void noteFailureOf(Pod& pod);
    bool rollBackIfDoomed(Pod& pod);
    uint32_t takeBack(const Deployment& deployment);
    void saveSoon(const Pod& pod);
    void saveStale();
    void judgeVersions(Pod& pod);
    void podMayHaveChanged(Pod& pod);
    void removePod(Pod& pod);

    // An instance that podd wants to run and that ends, or is about to: by itself, or because somebody stops it through
    // systemd? The facts come over two roads, so what its executor says is held back until systemd has been asked.
    struct Suspicion {
        std::string job;  // that systemd has queued for the executor's scope
        std::vector<Report> reports;
        std::optional<std::string> executorEnd;
    };

    sd_event* event_;
    Config config_;
    const Isolation& isolation_;
    Store store_;
    TerminationStore terminations_;
    PortGrants grants_;
    AddressGrants addresses_;
    NameFile names_;
    Ports ports_;
    std::string hostname_;
    std::string bootId_;  // as the journal writes it
    std::map<std::string, std::unique_ptr<Pod>> pods_;
    std::map<std::string, InstanceId> byUnit_;
    std::map<InstanceId, Suspicion> suspected_;
    std::set<InstanceId> buried_;
    sd::Idle burial_;
    std::set<std::string> stale_;  // pods whose state on disk still names a deployment that has ended
    sd::Timer saving_;
    sd::Timer sweeping_;
    std::map<InstanceId, int> thawing_;  // that are to be stopped, and how often systemd was asked whether they run
    sd::Timer thawingAgain_;
    bool shutdown_ = false;
};

}  // namespace podd
