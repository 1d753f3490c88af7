// SPDX-License-Identifier: LGPL-2.1-or-later
// The other half of BusApi: finding the record that an object path names, and telling clients what changed.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/strings.h"
#include "manager/bus_api.h"
#include "sd/check.h"
#include "sd/guarded.h"
#include "sd/names.h"

namespace podd {

namespace {

constexpr uint64_t kProgressUsec = 500'000;

// The properties of a vtable that are signalled when they change.
std::vector<const char*> changing(const sd_bus_vtable* vtable) {
    std::vector<const char*> names;
    for (const sd_bus_vtable* each = vtable + 1; each->type != _SD_BUS_VTABLE_END; ++each)
        if (each->type == _SD_BUS_VTABLE_PROPERTY && (each->flags & SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE) != 0)
            names.push_back(each->x.property.member);
    names.push_back(nullptr);
    return names;
}

int enumeratePaths(const std::vector<std::string>& paths, char*** nodes) {
    // The list and its strings are freed by the caller with free(), sd_bus_add_node_enumerator(3).
    auto** list = static_cast<char**>(std::calloc(paths.size() + 1, sizeof(char*)));
    if (list == nullptr)
        return -ENOMEM;
    for (size_t i = 0; i < paths.size(); ++i)
        list[i] = ::strdup(paths[i].c_str());
    *nodes = list;
    return 1;
}

}  // namespace

BusApi::BusApi(sd_bus* bus, sd_event* event, Manager& manager, std::string systemdVersion)
    : bus_(bus),
      manager_(manager),
      systemdVersion_(std::move(systemdVersion)),
      polkit_(bus),
      idle_(event, [this] { flush(); }),
      progress_(event, [this] {
          for (const auto& [id, pod] : manager_.pods())
              if (pod->job) {
                  emitChanged(jobPath(pod->job->id), sd::kJob, kJobVtable);
                  progress_.armIn(kProgressUsec);
              }
      }) {
    addVtables();
}

template <auto Find>
void BusApi::addFallback(const char* prefix, const char* interface, const sd_bus_vtable* vtable) {
    const auto find = [](sd_bus*, const char* path, const char*, void* self, void** found,
                         sd_bus_error* error) noexcept -> int {
        try {
            *found = (static_cast<BusApi*>(self)->*Find)(path);
            return *found == nullptr ? 0 : 1;
        } catch (const std::exception& problem) {
            return sd::setError(error, problem);
        }
    };
    sd_bus_slot* slot = nullptr;
    sd::check(sd_bus_add_fallback_vtable(bus_, &slot, prefix, interface, vtable, find, this), interface);
    slots_.emplace_back(slot);
}

void BusApi::addVtables() {
    sd_bus_slot* slot = nullptr;
    sd::check(sd_bus_add_object_vtable(bus_, &slot, sd::kManagerPath, sd::kManager, kManagerVtable, this),
              sd::kManager);
    slots_.emplace_back(slot);
    addFallback<&BusApi::findPodView>(sd::kPodPrefix, sd::kPod, kPodVtable);
    addFallback<&BusApi::findInstanceView>(sd::kInstancePrefix, sd::kInstance, kInstanceVtable);
    addFallback<&BusApi::findContainerView>(sd::kContainerPrefix, sd::kContainer, kContainerVtable);
    addFallback<&BusApi::findJobView>(sd::kJobPrefix, sd::kJob, kJobVtable);
    addFallback<&BusApi::findPodView>(sd::kPodPrefix, sd::kUsage, kPodUsageVtable);
    addFallback<&BusApi::findInstanceView>(sd::kInstancePrefix, sd::kUsage, kInstanceUsageVtable);
    addFallback<&BusApi::findContainerView>(sd::kContainerPrefix, sd::kUsage, kContainerUsageVtable);
    const auto enumerate = [](sd_bus*, const char*, void* self, char*** nodes, sd_bus_error* error) noexcept -> int {
        try {
            return enumeratePaths(static_cast<BusApi*>(self)->objectPaths(), nodes);
        } catch (const std::exception& problem) {
            return sd::setError(error, problem);
        }
    };
    sd::check(sd_bus_add_node_enumerator(bus_, &slot, sd::kManagerPath, enumerate, this), "enumerate objects");
    slots_.emplace_back(slot);
    sd::check(sd_bus_add_object_manager(bus_, &slot, sd::kManagerPath), "add object manager");
    slots_.emplace_back(slot);
}

void* BusApi::findPodView(const char* path) {
    const Pod* pod = manager_.findPod(sd::externalName(sd::kPodPrefix, path));
    podView_ = {pod, this};
    return pod == nullptr || pod->orphan ? nullptr : &podView_;
}

void* BusApi::findInstanceView(const char* path) {
    const std::optional<InstanceId> id = parseInstanceId(sd::externalName(sd::kInstancePrefix, path));
    instanceView_ = {id ? manager_.findInstance(*id) : nullptr, this};
    return instanceView_.instance == nullptr ? nullptr : &instanceView_;
}

void* BusApi::findContainerView(const char* path) {
    const std::string name = sd::externalName(sd::kContainerPrefix, path);
    const size_t slash = name.rfind('/');
    const std::optional<InstanceId> id =
        slash == std::string::npos ? std::nullopt : parseInstanceId(name.substr(0, slash));
    const Instance* instance = id ? manager_.findInstance(*id) : nullptr;
    if (instance == nullptr)
        return nullptr;
    const auto& containers = instance->state().record.containers;
    const auto it = std::find_if(containers.begin(), containers.end(),
                                 [&](const ContainerRecord& each) { return each.name == name.substr(slash + 1); });
    containerView_ = {instance, this, static_cast<size_t>(it - containers.begin())};
    return it == containers.end() ? nullptr : &containerView_;
}

void* BusApi::findJobView(const char* path) {
    const std::optional<uint64_t> id = parseUnsigned(sd::externalName(sd::kJobPrefix, path));
    for (const auto& [name, pod] : manager_.pods())
        if (id && pod->job && pod->job->id == *id) {
            jobView_ = {pod.get()};
            return &jobView_;
        }
    return nullptr;
}

std::vector<std::string> BusApi::objectPaths() const {
    std::vector<std::string> paths;
    for (const auto& [id, pod] : manager_.pods()) {
        if (!pod->orphan)
            paths.push_back(podPath(id));
        if (pod->job)
            paths.push_back(jobPath(pod->job->id));
        for (const auto& [number, instance] : pod->instances) {
            paths.push_back(instancePath(instance->id()));
            for (const ContainerRecord& container : instance->state().record.containers)
                paths.push_back(containerPath(instance->id(), container.name));
        }
    }
    return paths;
}

void BusApi::podAdded(const Pod& pod) {
    emitAdded(podPath(pod.id()));
    signal("PodNew", pod.id(), podPath(pod.id()));
}

void BusApi::podRemoved(const Pod& pod) {
    dirtyPods_.erase(pod.id());
    emitRemoved(podPath(pod.id()));
    signal("PodRemoved", pod.id(), podPath(pod.id()));
}

void BusApi::podChanged(const Pod& pod) {
    dirtyPods_.insert(pod.id());
    if (open_)
        idle_.request();
}

void BusApi::instanceAdded(const Instance& instance) {
    emitAdded(instancePath(instance.id()));
    signal("InstanceNew", instance.id().text(), instancePath(instance.id()));
}

void BusApi::instanceChanged(const Instance& instance) {
    dirtyInstances_.insert(instance.id());
    if (open_)
        idle_.request();
}

void BusApi::instanceRemoved(const Instance& instance) {
    dirtyInstances_.erase(instance.id());
    for (const ContainerRecord& container : shownContainers_[instance.id()])
        emitRemoved(containerPath(instance.id(), container.name));
    shownContainers_.erase(instance.id());
    emitRemoved(instancePath(instance.id()));
    signal("InstanceRemoved", instance.id().text(), instancePath(instance.id()));
}

void BusApi::jobAdded(const Job& job) {
    if (!open_)
        return;
    progress_.armIn(kProgressUsec);
    const std::string path = jobPath(job.id);
    const std::string type(kJobTypes.name(job.type));
    sd::check(sd_bus_emit_signal(bus_, sd::kManagerPath, sd::kManager, "JobNew", "uoss", job.id, path.c_str(),
                                 type.c_str(), job.pod.c_str()),
              "signal JobNew");
}

void BusApi::jobRemoved(const Job& job, const std::string& result, const std::string& message) {
    flush();  // whoever waits for the job and looks then must see its effect
    if (open_)
        sd::check(sd_bus_emit_signal(bus_, sd::kManagerPath, sd::kManager, "JobRemoved", "uosss", job.id,
                                     jobPath(job.id).c_str(), job.pod.c_str(), result.c_str(), message.c_str()),
                  "signal JobRemoved");
}

void BusApi::flush() {
    for (const std::string& id : std::exchange(dirtyPods_, {}))
        if (manager_.findPod(id) != nullptr)
            emitChanged(podPath(id), sd::kPod, kPodVtable);
    for (const InstanceId& id : std::exchange(dirtyInstances_, {})) {
        const Instance* instance = manager_.findInstance(id);
        if (instance == nullptr)
            continue;
        emitChanged(instancePath(id), sd::kInstance, kInstanceVtable);
        showContainers(*instance);
    }
}

// Most of what an instance goes through changes nothing about its containers.
void BusApi::showContainers(const Instance& instance) {
    const std::vector<ContainerRecord>& now = instance.state().record.containers;
    std::vector<ContainerRecord>& shown = shownContainers_[instance.id()];
    for (size_t i = 0; i < now.size(); ++i) {
        const std::string path = containerPath(instance.id(), now[i].name);
        if (i >= shown.size())
            emitAdded(path);
        else if (now[i] != shown[i])
            emitChanged(path, sd::kContainer, kContainerVtable);
    }
    shown = now;
}

void BusApi::emitAdded(const std::string& path) {
    if (open_)
        sd::check(sd_bus_emit_object_added(bus_, path.c_str()), "signal new object");
}

void BusApi::emitRemoved(const std::string& path) {
    if (open_)
        sd::check(sd_bus_emit_object_removed(bus_, path.c_str()), "signal removed object");
}

void BusApi::emitChanged(const std::string& path, const char* interface, const sd_bus_vtable* vtable) {
    if (!open_)
        return;
    std::vector<const char*> names = changing(vtable);
    sd::check(sd_bus_emit_properties_changed_strv(bus_, path.c_str(), interface, const_cast<char**>(names.data())),
              "signal changed properties");
}

void BusApi::signal(const char* name, const std::string& subject, const std::string& path) {
    if (open_)
        sd::check(sd_bus_emit_signal(bus_, sd::kManagerPath, sd::kManager, name, "so", subject.c_str(), path.c_str()),
                  name);
}

}  // namespace podd
