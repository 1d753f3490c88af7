// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/snapshot.h"

#include <algorithm>

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

InstanceStatus instanceOf(const ManagedObjects& objects, const Properties& properties) {
    InstanceStatus instance{.properties = properties, .containers = {}};
    for (const std::string& path : listOf(properties, "Containers"))
        if (const Properties* container = find(objects, path, sd::kContainer))
            instance.containers.push_back({*container});
    return instance;
}

PodStatus podOf(const ManagedObjects& objects, const Properties& properties) {
    PodStatus pod{.properties = properties, .instances = {}};
    for (const std::string& path : listOf(properties, "Instances"))
        if (const Properties* instance = find(objects, path, sd::kInstance))
            pod.instances.push_back(instanceOf(objects, *instance));
    std::sort(pod.instances.begin(), pod.instances.end(), [](const auto& a, const auto& b) {
        return numberOf(a.properties, "Number") < numberOf(b.properties, "Number");
    });
    return pod;
}

}  // namespace

std::vector<PodStatus> podsOf(const ManagedObjects& objects) {
    std::vector<PodStatus> pods;
    for (const auto& [path, interfaces] : objects)
        if (const Properties* properties = find(objects, path, sd::kPod))
            pods.push_back(podOf(objects, *properties));
    std::sort(pods.begin(), pods.end(), [](const PodStatus& a, const PodStatus& b) { return a.id() < b.id(); });
    return pods;
}

}  // namespace podd::cli
