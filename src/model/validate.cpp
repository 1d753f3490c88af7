// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/validate.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <variant>

#include "base/strings.h"
#include "model/field_rules.h"
#include "model/json_text.h"
#include "model/limits.h"
#include "model/names.h"
#include "model/validate_parts.h"

namespace podd {

namespace {

// An instance number that no host reaches: with it, derived names are as long as they ever get.
constexpr uint64_t kLargestNumber = 999'999'999;

template <typename Named>
void checkUnique(const std::vector<Named>& items, std::string_view list, Problems& problems) {
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < items.size(); ++i) {
        const auto [first, isNew] = seen.try_emplace(items[i].name, i);
        if (!isNew && !items[i].name.empty())
            refuse(problems, cat('/', list, '/', i, "/name"),
                   cat(quoted(items[i].name), " is also the name of /", list, '/', first->second));
    }
}

void checkUnitNames(const PodSpec& spec, Problems& problems) {
    const InstanceId instance{spec.id, kLargestNumber};
    if (const size_t length = instanceSlice(instance).size(); length > kMaxUnitNameLength) {
        refuse(problems, "/id",
               cat("gives unit names of ", length, " bytes, at most ", kMaxUnitNameLength, " are possible"));
        return;
    }
    for (size_t i = 0; i < spec.containers.size(); ++i) {
        const size_t length = containerScope(instance, spec.containers[i].name).size();
        if (length > kMaxUnitNameLength)
            refuse(problems, cat("/containers/", i, "/name"),
                   cat("gives, with the id, a unit name of ", length, " bytes, at most ", kMaxUnitNameLength,
                       " are possible"));
    }
}

// Two mounts at one place, and a mount that covers an earlier one, are mistakes: the earlier would never be
// seen.
void checkMount(const std::vector<VolumeMount>& mounts, size_t later, std::string_view list, Problems& problems) {
    const std::string& path = mounts[later].mountPath;
    for (size_t earlier = 0; earlier < later && !path.empty(); ++earlier) {
        const std::string& before = mounts[earlier].mountPath;
        if (!isBelowOrSame(before, path))
            continue;
        if (before == path)
            refuse(problems, cat(list, '/', later, "/mountPath"),
                   cat(shown(path), " is already the mount path of volume ", quoted(mounts[earlier].volume)));
        else
            refuse(problems, cat(list, '/', earlier, "/mountPath"),
                   cat(shown(before), " is hidden by the later mount at ", shown(path)));
        return;
    }
}

void checkVolumes(const PodSpec& spec, Problems& problems) {
    std::set<std::string, std::less<>> declared;
    std::set<std::string, std::less<>> mounted;
    std::vector<std::string> names;
    for (const VolumeSpec& volume : spec.volumes) {
        declared.insert(volume.name);
        names.push_back(volume.name);
    }
    for (size_t i = 0; i < spec.containers.size(); ++i) {
        const std::vector<VolumeMount>& mounts = spec.containers[i].mounts;
        const std::string list = cat("/containers/", i, "/volumeMounts");
        for (size_t j = 0; j < mounts.size(); ++j) {
            mounted.insert(mounts[j].volume);
            if (!declared.contains(mounts[j].volume))
                refuseReference(problems, cat(list, '/', j, "/name"), mounts[j].volume, "a volume of this pod", names);
            checkMount(mounts, j, list, problems);
        }
    }
    for (size_t i = 0; i < spec.volumes.size(); ++i)
        if (!mounted.contains(spec.volumes[i].name))
            refuse(problems, cat("/volumes/", i),
                   cat("volume ", quoted(spec.volumes[i].name), " must be referenced by at least one container"));
}

// Summed over the containers, what each asks for is still within the limits of one.
void checkSum(const PodSpec& spec, double executor, double Resources::*member, double most, std::string_view what,
              Problems& problems) {
    double sum = executor;
    for (const ContainerSpec& container : spec.containers)
        sum += container.resources.*member;
    if (!(sum <= most))
        refuse(problems, "/containers",
               cat("ask, with the executor, for ", jsonNumber(sum), ' ', what, " in sum, at most ", jsonNumber(most),
                   " are allowed"));
}

void checkSums(const PodSpec& spec, Problems& problems) {
    checkSum(spec, spec.executorResources.cpus, &Resources::cpus, kMaxCpus, "cpus", problems);
    checkSum(spec, spec.executorResources.mem, &Resources::mem, kMaxMem, "MiB of memory", problems);
    checkSum(spec, spec.executorResources.disk, &Resources::disk, kMaxDisk, "MiB of disk", problems);
}

// What execve(2) has to copy: each string with its NUL and a pointer to it.
void checkArguments(const PodSpec& spec, size_t index, Problems& problems) {
    const ContainerSpec& container = spec.containers[index];
    Environment environment = container.environment;
    environment.insert(spec.environment.begin(), spec.environment.end());  // the container's own win
    if (environment.size() > kMaxEnvironment)
        refuse(
            problems, cat("/containers/", index, "/environment"),
            cat("has, with the pod's, ", environment.size(), " variables, at most ", kMaxEnvironment, " are allowed"));
    size_t size = 0;
    for (const std::string& argument : container.command.arguments())
        size += argument.size() + 1 + sizeof(char*);
    for (const auto& [name, value] : environment)
        if (const auto* text = std::get_if<std::string>(&value))
            size += name.size() + text->size() + 2 + sizeof(char*);
    if (size > kMaxArgumentSize)
        refuse(problems, cat("/containers/", index, "/exec/command"),
               cat("arguments and environment take ", size, " bytes, at most ", kMaxArgumentSize, " are allowed"));
}

}  // namespace

void refuse(Problems& problems, std::string pointer, std::string what, std::string suggestion) {
    constexpr size_t kEnough = 1000;  // far more than are shown, even if most of them are consequences of others
    if (problems.size() < kEnough)
        problems.push_back(
            {.pointer = std::move(pointer), .what = std::move(what), .suggestion = std::move(suggestion)});
}

void refuseReference(Problems& problems, std::string pointer, const std::string& name, std::string_view what,
                     const std::vector<std::string>& declared) {
    constexpr size_t kEnough = 100;  // nobody reads more, and a hostile definition has thousands
    const std::string* meant = problems.size() < kEnough ? nearest(name, declared) : nullptr;
    refuse(problems, std::move(pointer), cat(shown(name), " is not ", what),
           meant != nullptr ? cat("did you mean ", quoted(*meant), '?') : "");
}

std::vector<Problem> validate(const PodSpec& spec) {
    Problems problems;
    checkUnique(spec.containers, "containers", problems);
    checkUnique(spec.volumes, "volumes", problems);
    checkUnitNames(spec, problems);
    checkVolumes(spec, problems);
    checkSums(spec, problems);
    checkSecrets(spec, problems);
    checkNetworks(spec, problems);
    checkIpAddresses(spec.ipAddresses, problems);
    checkScheduling(spec, problems);
    checkIpc(spec.ipc, "", problems);
    for (size_t i = 0; i < spec.containers.size(); ++i)
        checkContainer(spec, i, problems);
    for (size_t i = 0; i < spec.containers.size(); ++i)
        checkArguments(spec, i, problems);
    return problems;
}

}  // namespace podd
