// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/objects.h"

#include "core/ending.h"
#include "core/health.h"
#include "manager/cgroup.h"
#include "sd/method.h"
#include "sd/names.h"
#include "service/api.h"
#include "service/property.h"

namespace podd {

namespace {

// Template parameters of property<> must be functions with a name: each property is one line.
using I = InstanceObjectView;
void instanceName(const I& v, Reply r) {
    put(r, v.instance->id().text());
}
void instancePod(const I& v, Reply r) {
    putPath(r, podPath(v.instance->id().pod));
}
void instancePodId(const I& v, Reply r) {
    put(r, v.instance->id().pod);
}
void instanceNumber(const I& v, Reply r) {
    put(r, v.instance->id().number);
}
void instanceVersion(const I& v, Reply r) {
    put(r, v.instance->version());
}
void instanceUnit(const I& v, Reply r) {
    put(r, instanceSlice(v.instance->id()));
}
void instanceExecutorUnit(const I& v, Reply r) {
    put(r, executorScope(v.instance->id()));
}
void instanceExecutorPid(const I& v, Reply r) {
    put(r, static_cast<uint32_t>(v.instance->state().record.executorPid));
}
void instanceLaunched(const I& v, Reply r) {
    put(r, v.instance->launchedUsec());
}
void instanceState(const I& v, Reply r) {
    put(r, std::string(stateName(v.instance->state().phase)));
}
void instanceSince(const I& v, Reply r) {
    put(r, v.instance->stateSinceUsec());
}
void instanceMessage(const I& v, Reply r) {
    put(r, v.instance->state().outcome.text);
}
void instanceContainers(const I& v, Reply r) {
    std::vector<std::string> paths;
    for (const ContainerRecord& container : v.instance->state().record.containers)
        paths.push_back(containerPath(v.instance->id(), container.name));
    putPaths(r, paths);
}
void instanceHealth(const I& v, Reply r) {
    put(r, std::string(health::healthName(health::healthOf(v.instance->state().record))));
}
void instanceReady(const I& v, Reply r) {
    sd::check(sd_bus_message_append(r, "b", static_cast<int>(v.instance->ready())), kAnswerProperty);
}
// A row for each protocol.
void instanceEndpoints(const I& v, Reply r) {
    sd::check(sd_bus_message_open_container(r, 'a', "(sssqq)"), kAnswerProperty);
    for (const EndpointBinding& each : v.instance->endpoints())
        for (const std::string& protocol : each.protocols())
            sd::check(
                sd_bus_message_append(r, "(sssqq)", each.container.c_str(), each.name.c_str(), protocol.c_str(),
                                      static_cast<uint16_t>(each.hostPort), static_cast<uint16_t>(each.containerPort)),
                kAnswerProperty);
    sd::check(sd_bus_message_close_container(r), kAnswerProperty);
}
void instanceNetworks(const I& v, Reply r) {
    sd::check(sd_bus_message_open_container(r, 'a', "(ssas)"), kAnswerProperty);
    for (const NetworkAttachment& each : v.instance->state().record.networks) {
        sd::check(sd_bus_message_open_container(r, 'r', "ssas"), kAnswerProperty);
        put(r, each.network);
        put(r, each.interface);
        putTexts(r, each.addresses);
        sd::check(sd_bus_message_close_container(r), kAnswerProperty);
    }
    sd::check(sd_bus_message_close_container(r), kAnswerProperty);
}
template <typename View>
void freezer(const View& view, Reply reply) {
    put(reply, std::string(isFrozen(groupOf(view)) ? "frozen" : "running"));
}
using C = ContainerObjectView;
void containerName(const C& v, Reply r) {
    put(r, v.record().name);
}
void containerInstance(const C& v, Reply r) {
    putPath(r, instancePath(v.instance->id()));
}
void containerUnit(const C& v, Reply r) {
    put(r, containerScope(v.instance->id(), v.record().name));
}
void containerState(const C& v, Reply r) {
    put(r, std::string(containerStateName(v.record())));
}
void containerPid(const C& v, Reply r) {
    put(r, static_cast<uint32_t>(v.record().phase == ContainerPhase::exited ? 0 : v.record().pid));
}
void containerStart(const C& v, Reply r) {
    put(r, v.record().startedUsec);
}
void containerEnd(const C& v, Reply r) {
    put(r, v.record().endedUsec);
}
void containerExitCode(const C& v, Reply r) {
    putInt(r, v.record().exitCode);
}
void containerExitSignal(const C& v, Reply r) {
    putInt(r, v.record().exitSignal);
}
void containerResult(const C& v, Reply r) {
    put(r, resultName(v.record()));
}
void containerMessage(const C& v, Reply r) {
    put(r, v.record().phase == ContainerPhase::exited ? describeExit(v.record()) : std::string());
}

void containerHealth(const C& v, Reply r) {
    put(r, std::string(health::healthName(v.record().health.state)));
}
void containerHealthSince(const C& v, Reply r) {
    put(r, v.record().health.sinceUsec);
}
void containerHealthFailures(const C& v, Reply r) {
    put(r, static_cast<uint32_t>(v.record().health.failures));
}
void containerHealthAnswer(const C& v, Reply r) {
    put(r, v.record().health.answer);
}
void containerReadiness(const C& v, Reply r) {
    put(r, std::string(health::readinessName(v.record().readiness.state)));
}
void containerReadinessSince(const C& v, Reply r) {
    put(r, v.record().readiness.sinceUsec);
}
void containerReadinessAnswer(const C& v, Reply r) {
    put(r, v.record().readiness.answer);
}

}  // namespace

std::string absolute(const std::string& id) {
    return id.starts_with('/') ? id : '/' + id;
}

std::string podPath(const std::string& id) {
    return sd::objectPath(sd::kPodPrefix, id);
}
std::string instancePath(const InstanceId& id) {
    return sd::objectPath(sd::kInstancePrefix, id.text());
}
std::string containerPath(const InstanceId& id, const std::string& container) {
    return sd::objectPath(sd::kContainerPrefix, cat(id.text(), '/', container));
}
std::string deploymentPath(uint32_t id) {
    return cat(sd::kDeploymentPrefix, '/', id);
}

// clang-format off
const sd_bus_vtable kInstanceVtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Name", "s", sd::property<&instanceName>, 0, kConst),
    SD_BUS_PROPERTY("Pod", "o", sd::property<&instancePod>, 0, kConst),
    SD_BUS_PROPERTY("PodId", "s", sd::property<&instancePodId>, 0, kConst),
    SD_BUS_PROPERTY("Number", "t", sd::property<&instanceNumber>, 0, kConst),
    SD_BUS_PROPERTY("Version", "s", sd::property<&instanceVersion>, 0, kConst),
    SD_BUS_PROPERTY("Unit", "s", sd::property<&instanceUnit>, 0, kConst),
    SD_BUS_PROPERTY("ExecutorUnit", "s", sd::property<&instanceExecutorUnit>, 0, kConst),
    SD_BUS_PROPERTY("ExecutorPID", "u", sd::property<&instanceExecutorPid>, 0, kChange),
    SD_BUS_PROPERTY("LaunchTimestamp", "t", sd::property<&instanceLaunched>, 0, kConst),
    SD_BUS_PROPERTY("State", "s", sd::property<&instanceState>, 0, kChange),
    SD_BUS_PROPERTY("StateTimestamp", "t", sd::property<&instanceSince>, 0, kChange),
    SD_BUS_PROPERTY("Message", "s", sd::property<&instanceMessage>, 0, kChange),
    SD_BUS_PROPERTY("FreezerState", "s", (sd::property<&freezer<InstanceObjectView>>), 0, 0),
    SD_BUS_PROPERTY("Health", "s", sd::property<&instanceHealth>, 0, kChange),
    SD_BUS_PROPERTY("Ready", "b", sd::property<&instanceReady>, 0, kChange),
    SD_BUS_PROPERTY("Endpoints", "a(sssqq)", sd::property<&instanceEndpoints>, 0, kConst),
    SD_BUS_PROPERTY("Networks", "a(ssas)", sd::property<&instanceNetworks>, 0, kChange),
    SD_BUS_PROPERTY("Containers", "ao", sd::property<&instanceContainers>, 0, kChange),
    SD_BUS_VTABLE_END
};

const sd_bus_vtable kContainerVtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Name", "s", sd::property<&containerName>, 0, kConst),
    SD_BUS_PROPERTY("Instance", "o", sd::property<&containerInstance>, 0, kConst),
    SD_BUS_PROPERTY("Unit", "s", sd::property<&containerUnit>, 0, kConst),
    SD_BUS_PROPERTY("State", "s", sd::property<&containerState>, 0, kChange),
    SD_BUS_PROPERTY("PID", "u", sd::property<&containerPid>, 0, kChange),
    SD_BUS_PROPERTY("StartTimestamp", "t", sd::property<&containerStart>, 0, kChange),
    SD_BUS_PROPERTY("EndTimestamp", "t", sd::property<&containerEnd>, 0, kChange),
    SD_BUS_PROPERTY("ExitCode", "i", sd::property<&containerExitCode>, 0, kChange),
    SD_BUS_PROPERTY("ExitSignal", "i", sd::property<&containerExitSignal>, 0, kChange),
    SD_BUS_PROPERTY("Result", "s", sd::property<&containerResult>, 0, kChange),
    SD_BUS_PROPERTY("Message", "s", sd::property<&containerMessage>, 0, kChange),
    SD_BUS_PROPERTY("FreezerState", "s", (sd::property<&freezer<ContainerObjectView>>), 0, 0),
    SD_BUS_PROPERTY("Health", "s", sd::property<&containerHealth>, 0, kChange),
    SD_BUS_PROPERTY("HealthTimestamp", "t", sd::property<&containerHealthSince>, 0, kChange),
    SD_BUS_PROPERTY("HealthFailures", "u", sd::property<&containerHealthFailures>, 0, kChange),
    SD_BUS_PROPERTY("HealthAnswer", "s", sd::property<&containerHealthAnswer>, 0, kChange),
    SD_BUS_PROPERTY("Readiness", "s", sd::property<&containerReadiness>, 0, kChange),
    SD_BUS_PROPERTY("ReadinessTimestamp", "t", sd::property<&containerReadinessSince>, 0, kChange),
    SD_BUS_PROPERTY("ReadinessAnswer", "s", sd::property<&containerReadinessAnswer>, 0, kChange),
    SD_BUS_VTABLE_END
};

// clang-format on

}  // namespace podd
