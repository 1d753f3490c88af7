// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/base_plan.h"

#include <csignal>

#include "base/strings.h"

namespace podd {

namespace {

// The executor ends after its containers: their longest grace, then 50 ms to reap and a margin for a busy host.
constexpr uint64_t kExecutorStopUsec = 10'000'000;

uint64_t graceUsec(const ContainerSpec& container) {
    return static_cast<uint64_t>(container.killGraceSeconds * 1e6);
}

UnitPlan executorUnit(const InstanceView& view) {
    UnitPlan unit{executorScope(view.id), {}};
    const std::string slice = instanceSlice(view.id);
    std::vector<std::string> scopes;
    for (const ContainerSpec& container : view.spec.containers)
        scopes.push_back(containerScope(view.id, container.name));
    unit.set("Description", cat("Executor of pod instance ", view.id.text()));
    unit.set("Slice", podSlice(view.id.pod));
    unit.set("BindsTo", std::vector<std::string>{slice});
    // At a shutdown containers and executors end before the network goes; podd.service is after it as well, so that no
    // launch ever waits for it.
    unit.set("After", std::vector<std::string>{slice, "network.target"});
    unit.set("Wants", scopes);
    unit.set("CollectMode", std::string("inactive-or-failed"));
    unit.set("KillMode", std::string("control-group"));
    unit.set("TimeoutStopUSec", kExecutorStopUsec);
    return unit;
}

UnitPlan sliceUnit(const InstanceView& view) {
    UnitPlan unit{instanceSlice(view.id), {}};
    unit.set("Description", cat("Pod instance ", view.id.text()));
    unit.set("StopWhenUnneeded", true);
    unit.set("CollectMode", std::string("inactive-or-failed"));
    return unit;
}

UnitPlan scopeUnit(const InstanceView& view, const ContainerSpec& container) {
    UnitPlan unit{containerScope(view.id, container.name), {}};
    const std::string executor = executorScope(view.id);
    unit.set("Description", cat("Container ", container.name, " of pod instance ", view.id.text()));
    unit.set("Slice", instanceSlice(view.id));
    unit.set("BindsTo", std::vector<std::string>{executor});
    unit.set("After", std::vector<std::string>{executor});
    unit.set("CollectMode", std::string("inactive-or-failed"));
    // The other modes of a scope kill at once or not at all, since systemd knows no main process of it.
    unit.set("KillMode", std::string("control-group"));
    unit.set("KillSignal", int32_t{SIGTERM});
    unit.set("TimeoutStopUSec", graceUsec(container));
    unit.set("Delegate", true);
    return unit;
}

ContainerPlan containerPlan(const InstanceView& view, const ContainerSpec& container, const std::string& sandbox) {
    ContainerPlan plan;
    plan.name = container.name;
    plan.scope = containerScope(view.id, container.name);
    plan.sandbox = cat(sandbox, "/containers/", container.name);
    plan.user = container.user.empty() ? view.spec.user : container.user;
    plan.argv = container.command.arguments();
    plan.environment = environmentOf(view, container, plan.sandbox);
    plan.killGraceUsec = graceUsec(container);
    plan.checks = checksOf(container, view.endpoints);
    return plan;
}

}  // namespace

std::string sandboxOf(const std::string& stateDirectory, const InstanceId& id) {
    return cat(stateDirectory, "/sandboxes/", id.escaped());
}

InstancePlan makeBasePlan(const InstanceView& view) {
    InstancePlan plan;
    plan.executor = executorUnit(view);
    plan.slice = sliceUnit(view);
    LaunchPlan& launch = plan.launch;
    launch.pod = view.id.pod;
    launch.number = view.id.number;
    launch.version = view.version;
    launch.runDirectory = view.runDirectory;
    launch.sandbox = sandboxOf(view.stateDirectory, view.id);
    launch.podSlice = podSlice(view.id.pod);
    launch.instanceSlice = instanceSlice(view.id);
    launch.forbidden = {"/proc", "/sys", "/dev", "/run/dbus", "/run/systemd", view.runDirectory, view.stateDirectory};
    launch.confining = view.allowedHostPaths;
    launch.endpoints = view.endpoints;
    for (const ContainerSpec& container : view.spec.containers) {
        plan.scopes.push_back(scopeUnit(view, container));
        launch.containers.push_back(containerPlan(view, container, launch.sandbox));
    }
    return plan;
}

}  // namespace podd
