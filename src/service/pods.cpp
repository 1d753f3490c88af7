// SPDX-License-Identifier: LGPL-2.1-or-later
// The objects of podd itself and of pods.
#include "service/objects.h"

#include "sd/method.h"
#include "service/api.h"
#include "service/property.h"

namespace podd {

namespace {

// Template parameters of property<> must be functions with a name: each property is one line.
void managerVersion(const BusApi&, Reply r) {
    put(r, std::string(PODD_VERSION));
}
void managerSystemd(const BusApi& api, Reply r) {
    put(r, api.systemdVersion());
}
void managerPods(const BusApi& api, Reply r) {
    put(r, static_cast<uint32_t>(api.manager().pods().size()));
}
void managerInstances(const BusApi& api, Reply r) {
    uint32_t count = 0;
    for (const auto& [id, pod] : api.manager().pods())
        count += static_cast<uint32_t>(pod->instances.size());
    put(r, count);
}

void managerRefused(const BusApi& api, Reply r) {
    sd::check(sd_bus_message_open_container(r, 'a', "s"), kAnswerProperty);
    for (const std::string& each : api.declared().refused())
        put(r, each);
    sd::check(sd_bus_message_close_container(r), kAnswerProperty);
}

using P = PodObjectView;
void podId(const P& v, Reply r) {
    put(r, v.pod->id());
}
void podUnit(const P& v, Reply r) {
    put(r, podSlice(v.pod->id()));
}
void podState(const P& v, Reply r) {
    put(r, std::string(kPodStates.name(v.pod->state())));
}
void podSince(const P& v, Reply r) {
    put(r, v.pod->stateSinceUsec);
}
void podMessage(const P& v, Reply r) {
    put(r, v.pod->message());
}
void podGoal(const P& v, Reply r) {
    put(r, std::string(v.pod->stored.up ? "up" : "down"));
}
void podVersion(const P& v, Reply r) {
    put(r, v.pod->deployedVersion());
}
void podTarget(const P& v, Reply r) {
    put(r, v.pod->stored.version);
}
void podWanted(const P& v, Reply r) {
    put(r, v.pod->stored.spec.instances);
}
void podRunning(const P& v, Reply r) {
    put(r, v.pod->ready());
}
void podDeployment(const P& v, Reply r) {
    putPath(r, v.pod->deployment() ? deploymentPath(v.pod->deployment()->id) : "/");
}
void podFailures(const P& v, Reply r) {
    put(r, v.pod->backoff.failures);
}
void podLastFailure(const P& v, Reply r) {
    put(r, v.pod->lastFailure);
}
void podLastFailureTime(const P& v, Reply r) {
    put(r, v.pod->lastFailureUsec);
}
void podBackoff(const P& v, Reply r) {
    put(r, v.pod->backoff.delayUsec);
}
void podNext(const P& v, Reply r) {
    put(r, v.pod->nextLaunchRealtimeUsec());
}

void podLabels(const P& v, Reply r) {
    sd::check(sd_bus_message_open_container(r, 'a', "{ss}"), kAnswerProperty);
    for (const auto& [key, value] : v.pod->stored.spec.labels)
        sd::check(sd_bus_message_append(r, "{ss}", key.c_str(), value.c_str()), kAnswerProperty);
    sd::check(sd_bus_message_close_container(r), kAnswerProperty);
}

void podInstances(const P& v, Reply r) {
    std::vector<std::string> paths;
    for (const auto& [number, instance] : v.pod->instances)
        paths.push_back(instancePath(instance->id()));
    putPaths(r, paths);
}

}  // namespace

// clang-format off
const sd_bus_vtable kManagerVtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("ApplyPod", SD_BUS_ARGS("s", definition, "a{sv}", options),
                SD_BUS_RESULT("s", outcome, "o", pod, "s", version, "o", deployment), sd::method<&BusApi::applyPod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("GetPod", SD_BUS_ARGS("s", id), SD_BUS_RESULT("o", pod), sd::method<&BusApi::getPod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("GetInstance", SD_BUS_ARGS("s", name), SD_BUS_RESULT("o", instance), sd::method<&BusApi::getInstance>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListPods", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(ssssuuo)", pods), sd::method<&BusApi::listPods>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListInstances", SD_BUS_ARGS("s", id), SD_BUS_RESULT("a(sssto)", instances), sd::method<&BusApi::listInstances>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListDeployments", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(ussssto)", deployments), sd::method<&BusApi::listDeployments>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("CancelDeployment", SD_BUS_ARGS("u", id), SD_BUS_RESULT("o", deployment), sd::method<&BusApi::cancelDeployment>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ScalePod", SD_BUS_ARGS("s", id, "u", instances, "a{sv}", options),
                SD_BUS_RESULT("s", outcome, "o", pod, "s", version, "o", deployment), sd::method<&BusApi::scalePod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("SuspendPod", SD_BUS_ARGS("s", id, "a{sv}", options),
                SD_BUS_RESULT("s", outcome, "o", pod, "s", version, "o", deployment), sd::method<&BusApi::suspendPod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ResumePod", SD_BUS_ARGS("s", id, "a{sv}", options),
                SD_BUS_RESULT("s", outcome, "o", pod, "s", version, "o", deployment), sd::method<&BusApi::resumePod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("StartPod", SD_BUS_ARGS("s", id), SD_BUS_RESULT("o", deployment), sd::method<&BusApi::startPod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("StopPod", SD_BUS_ARGS("s", id), SD_BUS_RESULT("o", deployment), sd::method<&BusApi::stopPod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("RestartPod", SD_BUS_ARGS("s", id, "a{sv}", options), SD_BUS_RESULT("o", deployment), sd::method<&BusApi::restartPod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("DeletePod", SD_BUS_ARGS("s", id, "a{sv}", options), SD_BUS_RESULT("o", deployment), sd::method<&BusApi::deletePod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ResetFailedPod", SD_BUS_ARGS("s", id), SD_BUS_NO_RESULT, sd::method<&BusApi::resetFailedPod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Freeze", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT, sd::method<&BusApi::freeze>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Thaw", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT, sd::method<&BusApi::thaw>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Kill", SD_BUS_ARGS("s", name, "s", whom, "i", signal), SD_BUS_NO_RESULT, sd::method<&BusApi::kill>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("GetDefinition", SD_BUS_ARGS("s", id, "s", version),
                SD_BUS_RESULT("s", found_version, "s", definition), sd::method<&BusApi::getDefinition>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListVersions", SD_BUS_ARGS("s", id), SD_BUS_RESULT("a(ss)", versions), sd::method<&BusApi::listVersions>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListTerminations", SD_BUS_ARGS("s", id), SD_BUS_RESULT("a(ssttsssa(ssttiisst))", terminations),
                            sd::method<&BusApi::listTerminations>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("DiffVersions", SD_BUS_ARGS("s", id, "s", from, "s", to), SD_BUS_RESULT("a(ssss)", changes),
                            sd::method<&BusApi::diffVersions>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("VerifyDefinition", SD_BUS_ARGS("s", definition, "a{sv}", options),
                            SD_BUS_RESULT("s", id, "a(sssssuu)", problems), sd::method<&BusApi::verifyDefinition>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("PreviewPod", SD_BUS_ARGS("s", definition, "a{sv}", options),
                            SD_BUS_RESULT("s", outcome, "s", id, "s", version, "a(ssss)", changes, "a(sssssuu)", problems),
                            sd::method<&BusApi::previewPod>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("RollbackPod", SD_BUS_ARGS("s", id, "s", version, "a{sv}", options),
                            SD_BUS_RESULT("s", outcome, "o", pod, "s", version, "o", deployment), sd::method<&BusApi::rollbackPod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("PlanPod", SD_BUS_ARGS("s", definition, "a{sv}", options), SD_BUS_RESULT("s", plan),
                            sd::method<&BusApi::planPod>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListIsolators", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(ssbs)", isolators),
                            sd::method<&BusApi::listIsolators>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(ssss)", declarations), sd::method<&BusApi::reload>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Subscribe", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, sd::method<&BusApi::subscribe>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Unsubscribe", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, sd::method<&BusApi::unsubscribe>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("PurgePod", SD_BUS_ARGS("s", id), SD_BUS_NO_RESULT, sd::method<&BusApi::purgePod>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL_WITH_ARGS("PodNew", SD_BUS_ARGS("s", id, "o", pod), 0),
    SD_BUS_SIGNAL_WITH_ARGS("PodRemoved", SD_BUS_ARGS("s", id, "o", pod), 0),
    SD_BUS_SIGNAL_WITH_ARGS("InstanceNew", SD_BUS_ARGS("s", name, "o", instance), 0),
    SD_BUS_SIGNAL_WITH_ARGS("InstanceRemoved", SD_BUS_ARGS("s", name, "o", instance), 0),
    SD_BUS_SIGNAL_WITH_ARGS("DeploymentNew", SD_BUS_ARGS("u", id, "o", deployment, "s", type, "s", pod), 0),
    SD_BUS_SIGNAL_WITH_ARGS("DeploymentStuck", SD_BUS_ARGS("u", id, "o", deployment, "s", pod, "s", message), 0),
    SD_BUS_SIGNAL_WITH_ARGS("DeploymentRemoved", SD_BUS_ARGS("u", id, "o", deployment, "s", pod, "s", result, "s", message), 0),
    SD_BUS_SIGNAL_WITH_ARGS("Event", SD_BUS_ARGS("s", event, "t", timestamp, "a{ss}", fields, "s", message), 0),
    SD_BUS_PROPERTY("Version", "s", sd::property<&managerVersion>, 0, kConst),
    SD_BUS_PROPERTY("SystemdVersion", "s", sd::property<&managerSystemd>, 0, kConst),
    SD_BUS_PROPERTY("RefusedDeclarations", "as", sd::property<&managerRefused>, 0, 0),
    SD_BUS_PROPERTY("NPods", "u", sd::property<&managerPods>, 0, 0),
    SD_BUS_PROPERTY("NInstances", "u", sd::property<&managerInstances>, 0, 0),
    SD_BUS_VTABLE_END
};

const sd_bus_vtable kPodVtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("Start", SD_BUS_NO_ARGS, SD_BUS_RESULT("o", deployment), sd::method<&PodObjectView::start>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Stop", SD_BUS_NO_ARGS, SD_BUS_RESULT("o", deployment), sd::method<&PodObjectView::stop>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Restart", SD_BUS_NO_ARGS, SD_BUS_RESULT("o", deployment), sd::method<&PodObjectView::restart>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Delete", SD_BUS_NO_ARGS, SD_BUS_RESULT("o", deployment), sd::method<&PodObjectView::remove>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("GetDefinition", SD_BUS_ARGS("s", version),
                            SD_BUS_RESULT("s", found_version, "s", definition),
                            sd::method<&PodObjectView::getDefinition>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListTerminations", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(ssttsssa(ssttiisst))", terminations),
                            sd::method<&PodObjectView::listTerminations>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("Id", "s", sd::property<&podId>, 0, kConst),
    SD_BUS_PROPERTY("Unit", "s", sd::property<&podUnit>, 0, kConst),
    SD_BUS_PROPERTY("State", "s", sd::property<&podState>, 0, kChange),
    SD_BUS_PROPERTY("StateTimestamp", "t", sd::property<&podSince>, 0, kChange),
    SD_BUS_PROPERTY("Message", "s", sd::property<&podMessage>, 0, kChange),
    SD_BUS_PROPERTY("Goal", "s", sd::property<&podGoal>, 0, kChange),
    SD_BUS_PROPERTY("Version", "s", sd::property<&podVersion>, 0, kChange),
    SD_BUS_PROPERTY("TargetVersion", "s", sd::property<&podTarget>, 0, kChange),
    SD_BUS_PROPERTY("Labels", "a{ss}", sd::property<&podLabels>, 0, kChange),
    SD_BUS_PROPERTY("InstancesWanted", "u", sd::property<&podWanted>, 0, kChange),
    SD_BUS_PROPERTY("InstancesRunning", "u", sd::property<&podRunning>, 0, kChange),
    SD_BUS_PROPERTY("Instances", "ao", sd::property<&podInstances>, 0, kChange),
    SD_BUS_PROPERTY("Deployment", "o", sd::property<&podDeployment>, 0, kChange),
    SD_BUS_PROPERTY("Failures", "u", sd::property<&podFailures>, 0, kChange),
    SD_BUS_PROPERTY("LastFailure", "s", sd::property<&podLastFailure>, 0, kChange),
    SD_BUS_PROPERTY("LastFailureTimestamp", "t", sd::property<&podLastFailureTime>, 0, kChange),
    SD_BUS_PROPERTY("BackoffUSec", "t", sd::property<&podBackoff>, 0, kChange),
    SD_BUS_PROPERTY("NextLaunchTimestamp", "t", sd::property<&podNext>, 0, kChange),
    SD_BUS_VTABLE_END
};
// clang-format on

}  // namespace podd
