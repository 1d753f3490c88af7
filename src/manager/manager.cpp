// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/manager.h"

#include <systemd/sd-id128.h>
#include <unistd.h>

#include <array>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "core/networks.h"
#include "sd/check.h"

namespace podd {

namespace {

std::string hostName() {
    std::array<char, 256> name{};
    (void)::gethostname(name.data(), name.size() - 1);
    return name.data();
}

std::string bootId() {
    sd_id128_t id{};
    std::array<char, SD_ID128_STRING_MAX> text{};
    sd::check(sd_id128_get_boot(&id), "read the id of this boot");
    return sd_id128_to_string(id, text.data());
}

// Whether `prefix` is a leading path of `id`: /prod of /prod/web.
bool isPathPrefix(const std::string& prefix, const std::string& id) {
    return id.size() > prefix.size() && id.starts_with(prefix) && id[prefix.size()] == '/';
}

}  // namespace

Manager::Manager(sd_event* event, Config config, const Isolation& isolation)
    : event_(event),
      config_(std::move(config)),
      isolation_(isolation),
      store_(config_.stateDirectory),
      terminations_(config_.stateDirectory),
      grants_(config_.runDirectory, config_.portRange),
      addresses_(config_.runDirectory, config_.network),
      names_(event, config_.runDirectory),
      hostname_(hostName()),
      bootId_(bootId()),
      burial_(event,
              [this] {
                  for (const InstanceId& id : std::exchange(buried_, {}))
                      bury(id);
              }),
      saving_(event, [this] { saveStale(); }),
      sweeping_(event, [this] { sweep(); }),
      thawingAgain_(event, [this] { thawAgain(); }) {
    makeDirectories(config_.runDirectory + "/instances", 0700);
}

Manager::~Manager() {
    saveStale();
}

Pod* Manager::findPod(const std::string& id) const {
    const auto it = pods_.find(id);
    return it == pods_.end() ? nullptr : it->second.get();
}

Pod& Manager::pod(const std::string& id) const {
    Pod* found = findPod(id);
    if (found == nullptr || found->orphan)
        throw Error(Errc::noSuchPod, cat("pod ", quoted(id), ": there is no such pod"));
    return *found;
}

Instance* Manager::findInstance(const InstanceId& id) const {
    const Pod* owner = findPod(id.pod);
    if (owner == nullptr)
        return nullptr;
    const auto it = owner->instances.find(id.number);
    return it == owner->instances.end() ? nullptr : it->second.get();
}

Pod& Manager::addPod(StoredPod stored) {
    const std::string id = stored.id;
    auto fresh = std::make_unique<Pod>(event_, isolation_, std::move(stored), [this, id] {
        if (Pod* found = findPod(id))
            reconcilePod(*found);
    });
    Pod& reference = *fresh;
    reference.settleUsec = config_.settleUsec;
    pods_[id] = std::move(fresh);
    reference.shownState = reference.state();
    return reference;
}

void Manager::refuseOverlap(const std::string& id) const {
    for (const auto& [other, existing] : pods_)
        if (isPathPrefix(other, id) || isPathPrefix(id, other))
            throw Error(Errc::badDefinition, cat("pod ", quoted(id), ": id: one of this and pod ", quoted(other),
                                                 " is a path prefix of the other; choose another id"));
}

uint32_t Manager::start(const std::string& id) {
    Pod& subject = pod(id);
    refuseUnlaunchable(subject);
    if (subject.stored.up && subject.deployment() && locks(subject.deployment()->type)) {
        resetFailed(id);  // it is being launched already
        return subject.deployment() ? subject.deployment()->id : 0;
    }
    wishUp(subject, DeploymentType::start, subject.stored.restartedBelow);
    const uint32_t deployment = subject.deployment()->id;
    reconcilePod(subject);
    return deployment;
}

void Manager::wishUp(Pod& pod, DeploymentType type, uint64_t restartedBelow) {
    StoredPod wish = pod.stored;
    wish.up = true;
    wish.message.clear();
    wish.restartedBelow = restartedBelow;
    const bool news = !pod.stored.up || pod.unsaved || wish.message != pod.stored.message;
    const bool replaces = wish.restartedBelow != pod.stored.restartedBelow;
    const std::optional<Deployment> before = std::exchange(wish.deployment, newDeployment(pod.id(), type));
    if (news)
        store_.saveState(wish);
    PODD_CRASHPOINT("start.saved");
    pod.stored = std::move(wish);
    pod.backoff = {};
    if (news)
        pod.unsaved = false;
    else if (replaces)
        (void)saveWish(pod);  // a full disk keeps nothing from running
    announce(pod, before);
}

// What is to end does end, even when that cannot be written down (a full disk); but then that is not a success.
uint32_t Manager::stop(const std::string& id) {
    Pod& subject = pod(id);
    std::string unsaved;
    const bool news = subject.stored.up || subject.unsaved;
    if (news) {
        subject.stored.up = false;
        subject.stored.message = "stopped by podctl stop";
    }
    const uint32_t deployment = beginDeployment(subject, DeploymentType::stop);
    PODD_CRASHPOINT("stop.begun");
    if (news)
        unsaved = saveWish(subject);
    reconcilePod(subject);
    PODD_CRASHPOINT("stop.reconciled");
    if (!unsaved.empty())
        throw Error(Errc::internal,
                    cat("pod ", quoted(id), ": is being stopped, but not for good; repeat it when there ",
                        "is room, or it may run again after a restart of podd: ", unsaved));
    return deployment;
}

uint32_t Manager::restart(const std::string& id, bool force) {
    Pod& subject = pod(id);
    refuseUnlaunchable(subject);
    refuseLocked(subject, force);
    wishUp(subject, DeploymentType::restart,
           subject.instances.empty() ? subject.stored.restartedBelow : subject.instances.rbegin()->first + 1);
    const uint32_t deployment = subject.deployment()->id;
    reconcilePod(subject);
    return deployment;
}

void Manager::resetFailed(const std::string& id) {
    Pod& subject = pod(id);
    subject.backoff = {};
    subject.lastFailure.clear();
    subject.lastFailureUsec = 0;
    subject.stored.forgivenUsec = sd::realTimeUsec();
    saveSoon(subject);
    if (subject.stored.deployment) {
        subject.stored.deployment->failures = 0;
        subject.stored.deployment->problem.clear();
    }
    ports_.observer->podChanged(subject);
    reconcilePod(subject);
}

uint32_t Manager::remove(const std::string& id, bool force) {
    Pod& subject = pod(id);
    if (subject.stored.deleted)
        return subject.deployment()->id;
    // To delete what is being created is to take that back.
    const bool created = subject.deployment() && subject.deployment()->type == DeploymentType::create;
    refuseLocked(subject, force || created);
    subject.stored.up = false;
    subject.stored.deleted = true;
    const uint32_t deployment = beginDeployment(subject, DeploymentType::remove);
    if (const std::string unsaved = saveWish(subject); !unsaved.empty()) {
        subject.stored.deleted = false;
        subject.stored.message = "to be deleted, but that could not be saved";
        endDeployment(subject, "failed", subject.stored.message);
        reconcilePod(subject);
        throw Error(Errc::internal, cat("pod ", quoted(id), ": is being stopped, but cannot be deleted; repeat it ",
                                        "when there is room: ", unsaved));
    }
    PODD_CRASHPOINT("remove.saved");
    if (subject.instances.empty())
        removePod(subject);
    else
        reconcilePod(subject);
    return deployment;
}

void Manager::refuseUnlaunchable(const Pod& pod) const {
    if (pod.stored.deleted)
        throw Error(Errc::notNow, cat("pod ", quoted(pod.id()), ": is being deleted"));
    if (!pod.stored.readable)
        throw Error(Errc::notNow, cat("pod ", quoted(pod.id()), ": ", pod.stored.message));
}

std::string Manager::saveWish(Pod& pod) {
    try {
        store_.saveState(pod.stored);
        pod.unsaved = false;
        return "";
    } catch (const std::exception& problem) {
        pod.unsaved = true;
        log::error(cat("pod ", quoted(pod.id()), ": its state could not be saved: ", problem.what()));
        return problem.what();
    }
}

void Manager::reconcilePod(Pod& pod) {
    const Actions actions = reconcile(pod.facts());
    PODD_CRASHPOINT("reconcile.decided");
    for (const uint64_t number : actions.stop)
        if (const auto it = pod.instances.find(number); it != pod.instances.end())
            it->second->handle(StopWanted{});
    PODD_CRASHPOINT("reconcile.stopped");
    if (!shutdown_)
        for (uint32_t i = 0; i < actions.launch; ++i)
            launch(pod);
    PODD_CRASHPOINT("reconcile.launched");
    if (actions.wakeAtUsec && !shutdown_)
        pod.timer.armAt(*actions.wakeAtUsec);
    else
        pod.timer.disarm();
    podMayHaveChanged(pod);
    checkDeployment(pod);
}

void Manager::launch(Pod& pod) {
    const InstanceId id{pod.id(), store_.nextNumber(pod.id())};
    PODD_CRASHPOINT("launch.numbered");
    Instance& instance = addInstance(pod, id, pod.stored.version);
    std::string refusal;
    LaunchPlan orders;
    try {
        const GrantedPorts granted = grants_.grant(pod.stored.spec, id);
        InstanceView view = viewOf(pod.stored.spec, id, pod.stored.version, granted);
        addresses_.grant(id, view.networks);
        InstancePlan plan = isolation_.plan(view);
        orders = plan.launch;
        instance.setPlan(std::move(plan));
    } catch (const std::exception& problem) {
        refusal = problem.what();
    }
    track(instance);
    PODD_CRASHPOINT("launch.planned");
    ports_.observer->instanceAdded(instance);
    if (!refusal.empty())
        return instance.handle(LaunchFailed{instance.state().record, refusal});
    try {
        ports_.spawner->launch(orders, id.escaped());
    } catch (const std::exception& problem) {
        instance.handle(LaunchFailed{instance.state().record, problem.what()});
    }
}

InstanceView Manager::viewOf(const PodSpec& spec, InstanceId id, std::string version,
                             const GrantedPorts& granted) const {
    return {.spec = spec,
            .id = std::move(id),
            .version = std::move(version),
            .stateDirectory = config_.stateDirectory,
            .runDirectory = config_.runDirectory,
            .hostname = hostname_,
            .allowedHostPaths = config_.isolation.allowedHostPaths,
            .endpoints = bindingsOf(spec, granted),
            .networks = attachmentsOf(spec, config_.network.defaultNetwork)};
}

Instance& Manager::addInstance(Pod& pod, const InstanceId& id, const std::string& version) {
    auto fresh = std::make_unique<Instance>(event_, *this, id, version);
    Instance& reference = *fresh;
    pod.instances[id.number] = std::move(fresh);
    return reference;
}

void Manager::podMayHaveChanged(Pod& pod) {
    noteDeployed(pod);
    const PodState state = pod.state();
    if (state != pod.shownState) {
        pod.shownState = state;
        pod.stateSinceUsec = sd::realTimeUsec();
    }
    ports_.observer->podChanged(pod);
}

}  // namespace podd
