// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/snapshot.h"

#include <algorithm>
#include <optional>

#include "sd/names.h"

namespace podd::cli {

namespace {

// nullptr when the object went away, or is of another kind.
const Properties* find(const ManagedObjects& objects, const std::string& path, const char* interface) {
    const auto object = objects.find(path);
    if (object == objects.end())
        return nullptr;
    const auto found = object->second.find(interface);
    return found == object->second.end() ? nullptr : &found->second;
}

// With what the object uses, which is an interface of its own.
std::optional<Properties> whole(const ManagedObjects& objects, const std::string& path, const char* interface) {
    const Properties* own = find(objects, path, interface);
    if (own == nullptr)
        return std::nullopt;
    Properties all = *own;
    if (const Properties* usage = find(objects, path, sd::kUsage))
        all.insert(usage->begin(), usage->end());
    return all;
}

InstanceStatus instanceOf(const ManagedObjects& objects, Properties properties) {
    InstanceStatus instance{.properties = std::move(properties), .containers = {}};
    for (const std::string& path : listOf(instance.properties, "Containers"))
        if (std::optional<Properties> container = whole(objects, path, sd::kContainer))
            instance.containers.push_back({*std::move(container)});
    return instance;
}

PodStatus podOf(const ManagedObjects& objects, Properties properties) {
    PodStatus pod{.properties = std::move(properties), .instances = {}};
    for (const std::string& path : listOf(pod.properties, "Instances"))
        if (std::optional<Properties> instance = whole(objects, path, sd::kInstance))
            pod.instances.push_back(instanceOf(objects, *std::move(instance)));
    std::sort(pod.instances.begin(), pod.instances.end(), [](const auto& a, const auto& b) {
        return numberOf(a.properties, "Number") < numberOf(b.properties, "Number");
    });
    return pod;
}

}  // namespace

std::vector<PodStatus> podsOf(const ManagedObjects& objects) {
    std::vector<PodStatus> pods;
    for (const auto& [path, interfaces] : objects)
        if (std::optional<Properties> properties = whole(objects, path, sd::kPod))
            pods.push_back(podOf(objects, *std::move(properties)));
    std::sort(pods.begin(), pods.end(), [](const PodStatus& a, const PodStatus& b) { return a.id() < b.id(); });
    return pods;
}

}  // namespace podd::cli
