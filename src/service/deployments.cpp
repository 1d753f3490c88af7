// SPDX-License-Identifier: LGPL-2.1-or-later
// Deployments on the bus: the methods that begin, list and cancel them, and their objects.
#include "base/strings.h"
#include "sd/check.h"
#include "sd/method.h"
#include "service/api.h"
#include "service/options.h"
#include "service/property.h"

namespace podd {

namespace {

const std::set<std::string_view> kScaleOptions = {"if-version", "force", "rollback-on-failure"};

const char* stateOf(const Deployment& deployment) {
    return deployment.isStuck() ? "stuck" : "running";
}

// Found by its path a moment ago (BusApi::findDeploymentView), so it is there.
using D = DeploymentObjectView;
const Deployment& of(const D& view) {
    return *view.pod->deployment();
}
void deploymentId(const D& v, Reply r) {
    put(r, of(v).id);
}
void deploymentType(const D& v, Reply r) {
    put(r, std::string(kDeploymentTypes.name(of(v).type)));
}
void deploymentPodId(const D& v, Reply r) {
    put(r, v.pod->id());
}
void deploymentPod(const D& v, Reply r) {
    putPath(r, podPath(v.pod->id()));
}
void deploymentSince(const D& v, Reply r) {
    put(r, of(v).sinceUsec);
}
void deploymentFrom(const D& v, Reply r) {
    put(r, of(v).from);
}
void deploymentRollbackAfter(const D& v, Reply r) {
    put(r, of(v).rollbackAfter);
}
void deploymentState(const D& v, Reply r) {
    put(r, std::string(stateOf(of(v))));
}
void deploymentMessage(const D& v, Reply r) {
    put(r, of(v).problem);
}
void deploymentFailures(const D& v, Reply r) {
    put(r, of(v).failures);
}
void deploymentProgress(const D& v, Reply r) {
    put(r, v.pod->progress());
}

uint32_t startVerb(Manager& manager, const std::string& id) {
    return manager.start(id);
}
uint32_t stopVerb(Manager& manager, const std::string& id) {
    return manager.stop(id);
}

void answerDeployment(sd::Call& call, uint32_t deployment) {
    call.reply([&](sd_bus_message* reply) {
        sd::check(sd_bus_message_append(reply, "o", deployment == 0 ? "/" : deploymentPath(deployment).c_str()),
                  "answer");
    });
}

}  // namespace

void BusApi::operate(sd::Call call, const std::string& id, const char* name, const Verb& verb) {
    const std::string full = absolute(id);
    manage(std::move(call), full, name,
           [this, full, verb](sd::Call granted) { answerDeployment(granted, verb(manager_, full)); });
}

void BusApi::startPod(sd::Call call) {
    const std::string id = call.readString();
    operate(std::move(call), id, "start", startVerb);
}
void BusApi::stopPod(sd::Call call) {
    const std::string id = call.readString();
    operate(std::move(call), id, "stop", stopVerb);
}
void BusApi::restartPod(sd::Call call) {
    const std::string id = call.readString();
    const bool force = readOptions(call.message(), {"force"}).force;
    operate(std::move(call), id, "restart",
            [force](Manager& manager, const std::string& pod) { return manager.restart(pod, force); });
}
void BusApi::deletePod(sd::Call call) {
    const std::string id = call.readString();
    const bool force = readOptions(call.message(), {"force"}).force;
    operate(std::move(call), id, "delete",
            [force](Manager& manager, const std::string& pod) { return manager.remove(pod, force); });
}

void PodObjectView::start(sd::Call call) {
    api->operate(std::move(call), pod->id(), "start", startVerb);
}
void PodObjectView::stop(sd::Call call) {
    api->operate(std::move(call), pod->id(), "stop", stopVerb);
}
void PodObjectView::restart(sd::Call call) {
    api->operate(std::move(call), pod->id(), "restart",
                 [](Manager& manager, const std::string& id) { return manager.restart(id, false); });
}
void PodObjectView::remove(sd::Call call) {
    api->operate(std::move(call), pod->id(), "delete",
                 [](Manager& manager, const std::string& id) { return manager.remove(id, false); });
}

void BusApi::scalePod(sd::Call call) {
    const std::string id = call.readString();
    uint32_t instances = 0;
    sd::check(sd_bus_message_read(call.message(), "u", &instances), "read the call");
    const ApplyOptions options = readOptions(call.message(), kScaleOptions);
    change(std::move(call), id, "scale", [instances, options](Manager& manager, const std::string& pod) {
        return manager.scale(pod, instances, options);
    });
}

void BusApi::suspendPod(sd::Call call) {
    const std::string id = call.readString();
    const ApplyOptions options = readOptions(call.message(), kScaleOptions);
    change(std::move(call), id, "suspend",
           [options](Manager& manager, const std::string& pod) { return manager.scale(pod, 0, options); });
}

void BusApi::resumePod(sd::Call call) {
    const std::string id = call.readString();
    const ApplyOptions options = readOptions(call.message(), kScaleOptions);
    change(std::move(call), id, "resume",
           [options](Manager& manager, const std::string& pod) { return manager.resume(pod, options); });
}

void BusApi::change(sd::Call call, const std::string& id, const char* name,
                    const std::function<Applied(Manager&, const std::string&)>& verb) {
    const std::string full = absolute(id);
    manage(std::move(call), full, name, [this, full, verb](sd::Call granted) {
        if (Applied applied; holds(granted, [&] { applied = verb(manager_, full); }))
            granted.reply([&](sd_bus_message* reply) { appendApplied(reply, full, applied); });
    });
}

void BusApi::cancelDeployment(sd::Call call) {
    uint32_t id = 0;
    sd::check(sd_bus_message_read(call.message(), "u", &id), "read the call");
    const Deployment& canceled = manager_.deployment(id);
    const auto granted = [this, id](sd::Call allowed) { answerDeployment(allowed, manager_.cancel(id)); };
    if (canceled.from.empty())
        manage(std::move(call), canceled.pod, "cancel", granted);
    else  // a roll-back, with the rights that it takes
        manageDefinition(std::move(call), manager_.definition(canceled.pod, canceled.from), canceled.pod, "cancel",
                         granted);
}

void BusApi::listDeployments(sd::Call call) {
    inspect(std::move(call), "", "list", [this](sd::Call granted) {
        granted.reply([&](sd_bus_message* reply) {
            sd::check(sd_bus_message_open_container(reply, 'a', "(ussssto)"), "answer");
            for (const auto& [id, pod] : manager_.pods()) {
                if (!pod->deployment())
                    continue;
                const Deployment& each = *pod->deployment();
                const std::string about = each.isStuck() ? each.problem : pod->progress();
                sd::check(sd_bus_message_append(reply, "(ussssto)", each.id,
                                                std::string(kDeploymentTypes.name(each.type)).c_str(), id.c_str(),
                                                stateOf(each), about.c_str(), each.sinceUsec,
                                                deploymentPath(each.id).c_str()),
                          "answer");
            }
            sd::check(sd_bus_message_close_container(reply), "answer");
        });
    });
}

// clang-format off
const sd_bus_vtable kDeploymentVtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Id", "u", sd::property<&deploymentId>, 0, kConst),
    SD_BUS_PROPERTY("Type", "s", sd::property<&deploymentType>, 0, kConst),
    SD_BUS_PROPERTY("PodId", "s", sd::property<&deploymentPodId>, 0, kConst),
    SD_BUS_PROPERTY("Pod", "o", sd::property<&deploymentPod>, 0, kConst),
    SD_BUS_PROPERTY("StartTimestamp", "t", sd::property<&deploymentSince>, 0, kConst),
    SD_BUS_PROPERTY("FromVersion", "s", sd::property<&deploymentFrom>, 0, kConst),
    SD_BUS_PROPERTY("RollbackOnFailure", "u", sd::property<&deploymentRollbackAfter>, 0, kConst),
    SD_BUS_PROPERTY("State", "s", sd::property<&deploymentState>, 0, kChange),
    SD_BUS_PROPERTY("Message", "s", sd::property<&deploymentMessage>, 0, kChange),
    SD_BUS_PROPERTY("Failures", "u", sd::property<&deploymentFailures>, 0, kChange),
    SD_BUS_PROPERTY("Progress", "s", sd::property<&deploymentProgress>, 0, kChange),
    SD_BUS_VTABLE_END
};
// clang-format on

}  // namespace podd
