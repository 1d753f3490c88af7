// SPDX-License-Identifier: LGPL-2.1-or-later
// The other half of BusApi: finding the record that an object path names, and telling clients what changed.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/strings.h"
#include "sd/check.h"
#include "sd/guarded.h"
#include "sd/names.h"
#include "service/api.h"

namespace podd {

namespace {

constexpr uint64_t kProgressUsec = 500'000;

// The properties of a vtable that are signalled when they change.
std::vector<const sd_bus_vtable*> changing(const sd_bus_vtable* vtable) {
    std::vector<const sd_bus_vtable*> found;
    for (const sd_bus_vtable* each = vtable + 1; each->type != _SD_BUS_VTABLE_END; ++each)
        if (each->type == _SD_BUS_VTABLE_PROPERTY && (each->flags & SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE) != 0)
            found.push_back(each);
    return found;
}

// Their values as one text, only ever compared.
std::string changingValues(sd_bus* bus, const sd_bus_vtable* vtable, void* subject) {
    sd_bus_message* fresh = nullptr;
    sd::check(sd_bus_message_new_signal(bus, &fresh, sd::kManagerPath, sd::kManager, "Values"), "read properties");
    const sd::Message message(fresh);
    for (const sd_bus_vtable* each : changing(vtable))
        sd::check(each->x.property.get(bus, "", "", each->x.property.member, fresh, subject, nullptr),
                  each->x.property.member);
    sd::check(sd_bus_message_seal(fresh, /* cookie= */ 1, /* timeout_usec= */ 0), "read properties");
    char* text = nullptr;
    size_t size = 0;
    FILE* const stream = ::open_memstream(&text, &size);
    if (stream == nullptr)
        throwErrno(errno, "read properties");
    const int dumped = sd_bus_message_dump(fresh, stream, SD_BUS_MESSAGE_DUMP_SUBTREE_ONLY);
    (void)std::fclose(stream);
    const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
    sd::check(dumped, "read properties");
    return std::string(text, size);
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

BusApi::BusApi(sd_bus* bus, sd_event* event, Manager& manager, const Declared& declared, Reload reload,
               std::string systemdVersion)
    : bus_(bus),
      manager_(manager),
      declared_(declared),
      reload_(std::move(reload)),
      systemdVersion_(std::move(systemdVersion)),
      polkit_(bus),
      idle_(event, [this] { flush(); }),
      progress_(event, [this] {
          for (const auto& [id, pod] : manager_.pods())
              if (pod->deployment()) {
                  emitChanged(deploymentPath(pod->deployment()->id), sd::kDeployment, kDeploymentVtable);
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
    addFallback<&BusApi::findDeploymentView>(sd::kDeploymentPrefix, sd::kDeployment, kDeploymentVtable);
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

void* BusApi::findDeploymentView(const char* path) {
    const std::optional<uint64_t> id = parseUnsigned(sd::externalName(sd::kDeploymentPrefix, path));
    for (const auto& [name, pod] : manager_.pods())
        if (id && pod->deployment() && pod->deployment()->id == *id) {
            deploymentView_ = {pod.get()};
            return &deploymentView_;
        }
    return nullptr;
}

std::vector<std::string> BusApi::objectPaths() const {
    std::vector<std::string> paths;
    for (const auto& [id, pod] : manager_.pods()) {
        if (!pod->orphan)
            paths.push_back(podPath(id));
        if (pod->deployment())
            paths.push_back(deploymentPath(pod->deployment()->id));
        for (const auto& [number, instance] : pod->instances) {
            paths.push_back(instancePath(instance->id()));
            for (const ContainerRecord& container : instance->state().record.containers)
                paths.push_back(containerPath(instance->id(), container.name));
        }
    }
    return paths;
}

void BusApi::open() {
    for (const auto& [id, pod] : manager_.pods()) {
        podChanged(*pod);
        for (const auto& [number, instance] : pod->instances)
            instanceChanged(*instance);
    }
    flush();  // silently: whoever asks podd at all finds these
    open_ = true;
}

void BusApi::podAdded(const Pod& pod) {
    podChanged(pod);
}

void BusApi::podRemoved(const Pod& pod) {
    dirtyPods_.erase(pod.id());
    const std::string path = podPath(pod.id());
    if (told_.count(path) == 0)
        return;
    emitRemoved(path);
    signal("PodRemoved", pod.id(), path);
}

void BusApi::podChanged(const Pod& pod) {
    dirtyPods_.insert(pod.id());
    if (open_)
        idle_.request();
}

void BusApi::instanceAdded(const Instance& instance) {
    instanceChanged(instance);
}

void BusApi::instanceChanged(const Instance& instance) {
    dirtyInstances_.insert(instance.id());
    if (open_)
        idle_.request();
}

void BusApi::instanceRemoved(const Instance& instance) {
    dirtyInstances_.erase(instance.id());
    for (const ContainerRecord& container : instance.state().record.containers)
        if (const std::string path = containerPath(instance.id(), container.name); told_.count(path) != 0)
            emitRemoved(path);
    const std::string path = instancePath(instance.id());
    if (told_.count(path) == 0)
        return;
    emitRemoved(path);
    signal("InstanceRemoved", instance.id().text(), path);
}

void BusApi::deploymentAdded(const Deployment& deployment) {
    if (!open_)
        return;
    progress_.armIn(kProgressUsec);
    const std::string path = deploymentPath(deployment.id);
    const std::string type(kDeploymentTypes.name(deployment.type));
    sd::check(sd_bus_emit_signal(bus_, sd::kManagerPath, sd::kManager, "DeploymentNew", "uoss", deployment.id,
                                 path.c_str(), type.c_str(), deployment.pod.c_str()),
              "signal DeploymentNew");
}

void BusApi::deploymentStuck(const Deployment& deployment) {
    flush();
    if (open_)
        sd::check(sd_bus_emit_signal(bus_, sd::kManagerPath, sd::kManager, "DeploymentStuck", "uoss", deployment.id,
                                     deploymentPath(deployment.id).c_str(), deployment.pod.c_str(),
                                     deployment.problem.c_str()),
                  "signal DeploymentStuck");
}

void BusApi::deploymentRemoved(const Deployment& deployment, const std::string& result, const std::string& message) {
    flush();  // whoever waits for the deployment and looks then must see its effect
    if (open_)
        sd::check(sd_bus_emit_signal(bus_, sd::kManagerPath, sd::kManager, "DeploymentRemoved", "uosss", deployment.id,
                                     deploymentPath(deployment.id).c_str(), deployment.pod.c_str(), result.c_str(),
                                     message.c_str()),
                  "signal DeploymentRemoved");
}

void BusApi::flush() {
    for (const std::string& id : std::exchange(dirtyPods_, {})) {
        const std::string path = podPath(id);
        if (tell(path, sd::kPod, kPodVtable, findPodView(path.c_str())))
            signal("PodNew", id, path);
    }
    for (const InstanceId& id : std::exchange(dirtyInstances_, {})) {
        const std::string path = instancePath(id);
        void* const view = findInstanceView(path.c_str());
        if (view == nullptr)
            continue;
        const Instance& instance = *instanceView_.instance;
        if (tell(path, sd::kInstance, kInstanceVtable, view))
            signal("InstanceNew", id.text(), path);
        for (const ContainerRecord& container : instance.state().record.containers) {
            const std::string part = containerPath(id, container.name);
            (void)tell(part, sd::kContainer, kContainerVtable, findContainerView(part.c_str()));
        }
    }
}

// True for an object that is new to clients. Most of what happens to an instance changes nothing about its pod or its
// containers.
bool BusApi::tell(const std::string& path, const char* interface, const sd_bus_vtable* vtable, void* view) {
    if (view == nullptr)
        return false;
    const auto [told, isNew] = told_.try_emplace(path);
    std::string values = changingValues(bus_, vtable, view);
    if (!isNew && told->second == values)
        return false;
    told->second = std::move(values);
    if (open_ && isNew)
        sd::check(sd_bus_emit_object_added(bus_, path.c_str()), "signal new object");
    else if (open_)
        emitChanged(path, interface, vtable);
    return isNew;
}

void BusApi::emitRemoved(const std::string& path) {
    told_.erase(path);
    if (open_)
        sd::check(sd_bus_emit_object_removed(bus_, path.c_str()), "signal removed object");
}

void BusApi::emitChanged(const std::string& path, const char* interface, const sd_bus_vtable* vtable) {
    std::vector<const char*> names;
    for (const sd_bus_vtable* each : changing(vtable))
        names.push_back(each->x.property.member);
    names.push_back(nullptr);
    sd::check(sd_bus_emit_properties_changed_strv(bus_, path.c_str(), interface, const_cast<char**>(names.data())),
              "signal changed properties");
}

void BusApi::signal(const char* name, const std::string& subject, const std::string& path) {
    if (open_)
        sd::check(sd_bus_emit_signal(bus_, sd::kManagerPath, sd::kManager, name, "so", subject.c_str(), path.c_str()),
                  name);
}

}  // namespace podd
