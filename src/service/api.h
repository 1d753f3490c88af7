// SPDX-License-Identifier: LGPL-2.1-or-later
// podd on D-Bus (org.podd1, dbus/*.xml): decodes requests, has them authorised, hands them to the manager, and tells
// clients what changed. Objects are not made and unmade: fallback vtables find the record that a path names. Changes are
// collected and signalled once the event loop has nothing better to do, so that a launch costs a few signals and not one
// for each fact.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "manager/declared.h"
#include "manager/manager.h"
#include "model/event.h"
#include "sd/call.h"
#include "sd/event.h"
#include "sd/polkit.h"
#include "service/objects.h"

namespace podd {

class BusApi final : public Observer {
public:
    using Reload = std::function<std::vector<Declaration>()>;

    // `reload` applies the declared pods anew; `declared` tells which of them were refused.
    BusApi(sd_bus* bus, sd_event* event, Manager& manager, const Declared& declared, Reload reload,
           std::string systemdVersion);

    // Tells those who have subscribed.
    void emitEvent(const Event& event);

    // From here on changes are signalled; before, nobody can know of the objects.
    void open();

    // Method handlers, referred to by the vtables.
    void applyPod(sd::Call call);
    void rollbackPod(sd::Call call);
    void purgePod(sd::Call call);
    void verifyDefinition(sd::Call call);
    void previewPod(sd::Call call);
    void planPod(sd::Call call);
    void listIsolators(sd::Call call);
    void diffVersions(sd::Call call);
    void getPod(sd::Call call);
    void getInstance(sd::Call call);
    void listPods(sd::Call call);
    void listInstances(sd::Call call);
    void listDeployments(sd::Call call);
    void cancelDeployment(sd::Call call);
    void getDefinition(sd::Call call);
    void listVersions(sd::Call call);
    void listTerminations(sd::Call call);
    void startPod(sd::Call call);
    void stopPod(sd::Call call);
    void scalePod(sd::Call call);
    void suspendPod(sd::Call call);
    void resumePod(sd::Call call);
    void restartPod(sd::Call call);
    void deletePod(sd::Call call);
    void resetFailedPod(sd::Call call);
    void freeze(sd::Call call);
    void thaw(sd::Call call);
    void kill(sd::Call call);
    void reload(sd::Call call);
    void subscribe(sd::Call call);
    void unsubscribe(sd::Call call);

    using Verb = std::function<uint32_t(Manager&, const std::string& id)>;
    // Authorises, carries the verb out and answers with its deployment.
    void operate(sd::Call call, const std::string& id, const char* name, const Verb& verb);
    void answerTerminations(sd::Call call, const std::string& id);
    void answerDefinition(sd::Call call, const std::string& id, const std::string& version);

    const Manager& manager() const { return manager_; }
    const Declared& declared() const { return declared_; }
    const std::string& systemdVersion() const { return systemdVersion_; }

    // What the unit uses whose cgroup is `group`. A client that reads all properties of an object asks once for each, and
    // gets the readings of one moment.
    const Usage& usageOf(const std::string& group);

private:
    // Observer
    void podAdded(const Pod& pod) override;
    void podChanged(const Pod& pod) override;
    void podRemoved(const Pod& pod) override;
    void instanceAdded(const Instance& instance) override;
    void instanceChanged(const Instance& instance) override;
    void instanceRemoved(const Instance& instance) override;
    void deploymentAdded(const Deployment& deployment) override;
    void deploymentStuck(const Deployment& deployment) override;
    void deploymentRemoved(const Deployment& deployment, const std::string& result,
                           const std::string& message) override;

    // Run `granted` once polkit has said yes.
    void manage(sd::Call call, const std::string& id, const char* verb, std::function<void(sd::Call)> granted);
    // The same for a definition, which may reach beyond its pod.
    void manageDefinition(sd::Call call, const std::string& definition, const std::string& id, const char* verb,
                          std::function<void(sd::Call)> granted);
    // Run `change` of a pod, instance or container, and answer when it is done.
    void changeUnits(sd::Call call, const std::string& name, const char* verb,
                     std::function<void(const std::string& name, UnitsPort::Done done)> change);
    // The same with a new version, for verbs that make one.
    void change(sd::Call call, const std::string& id, const char* name,
                const std::function<Applied(Manager&, const std::string&)>& verb);
    static void appendApplied(sd_bus_message* reply, const std::string& id, const Applied& applied);
    // Runs `work`. False when a definition did not hold: then the call is answered, with every problem as a value.
    static bool holds(sd::Call& call, const std::function<void()>& work);
    void inspect(sd::Call call, const std::string& id, const char* verb, std::function<void(sd::Call)> granted);
    void flush();
    bool tell(const std::string& path, const char* interface, const sd_bus_vtable* vtable, void* view);
    void emitRemoved(const std::string& path);
    void emitChanged(const std::string& path, const char* interface, const sd_bus_vtable* vtable);
    void signal(const char* name, const std::string& subject, const std::string& path);

    void addVtables();
    void* findPodView(const char* path);
    void* findInstanceView(const char* path);
    void* findContainerView(const char* path);
    void* findDeploymentView(const char* path);
    std::vector<std::string> objectPaths() const;
    template <auto Find>
    void addFallback(const char* prefix, const char* interface, const sd_bus_vtable* vtable);

    sd_bus* bus_;
    Manager& manager_;
    const Declared& declared_;
    Reload reload_;
    std::string systemdVersion_;
    sd::Polkit polkit_;
    bool open_ = false;
    sd::Track subscribers_;  // to events; none until the first one comes
    std::vector<sd::Slot> slots_;
    std::set<std::string> dirtyPods_;
    std::set<InstanceId> dirtyInstances_;
    std::map<std::string, std::string> told_;  // by object path: the values that clients have been told
    sd::Idle idle_;
    sd::Timer progress_;  // while deployments wait, what they wait for changes with the time
    PodObjectView podView_;
    InstanceObjectView instanceView_;
    ContainerObjectView containerView_;
    DeploymentObjectView deploymentView_;
    std::string readGroup_;  // whose usage was read last, and when (CLOCK_MONOTONIC)
    uint64_t readUsec_ = 0;
    Usage read_;
};

}  // namespace podd
