// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "base/strings.h"
#include "model/field_rules.h"
#include "model/json_text.h"
#include "model/validate_parts.h"

namespace podd {

namespace {

bool isNumber(std::string_view text) {
    return parseUnsigned(text).has_value();
}

bool isAttributeText(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_/.-").find(c) != std::string_view::npos;
    });
}

// Why a value does not fit its operator, or nothing.
std::optional<std::string> whyNotValue(const Constraint& constraint) {
    const std::string& value = constraint.value;
    switch (constraint.comparison) {
        case ConstraintOperator::unique:
            return value.empty() ? std::nullopt : std::optional<std::string>("must not be given with UNIQUE");
        case ConstraintOperator::groupBy:
            return value.empty() || isNumber(value)
                       ? std::nullopt
                       : std::optional(cat("of GROUP_BY must be an integer, not ", shown(value)));
        case ConstraintOperator::maxPer:
            return isNumber(value) ? std::nullopt
                                   : std::optional(cat("of MAX_PER must be an integer, not ", shown(value)));
        case ConstraintOperator::like:
        case ConstraintOperator::unlike: return whyNotPattern(value);
        case ConstraintOperator::is:
            return isAttributeText(value)
                       ? std::nullopt
                       : std::optional<std::string>("of IS may only contain letters, digits and _/.-");
        case ConstraintOperator::cluster: break;
    }
    return std::nullopt;
}

void checkConstraints(const Scheduling& scheduling, Problems& problems) {
    for (size_t i = 0; i < scheduling.constraints.size(); ++i)
        if (const auto why = whyNotValue(scheduling.constraints[i]))
            refuse(problems, cat("/scheduling/placement/constraints/", i, "/value"), *why);
}

void checkRoles(const PodSpec& spec, Problems& problems) {
    const std::vector<std::string>& accepted = spec.scheduling.acceptedResourceRoles;
    for (size_t i = 0; i < accepted.size(); ++i)
        if (accepted[i] != "*" && accepted[i] != spec.role)
            refuse(problems, cat("/scheduling/placement/acceptedResourceRoles/", i),
                   cat(quoted(accepted[i]), " is neither '*' nor the pod's role, ", quoted(spec.role)));
}

// Data that stays where it is allows no second copy of an instance, and no replacement elsewhere.
void checkResident(const Scheduling& scheduling, Problems& problems) {
    if (scheduling.upgrade.maximumOverCapacity != 0)
        refuse(problems, "/scheduling/upgrade/maximumOverCapacity",
               cat("must be 0 for pods with persistent volumes, not ",
                   jsonNumber(scheduling.upgrade.maximumOverCapacity)));
    if (scheduling.unreachable)
        refuse(problems, "/scheduling/unreachableStrategy", "must be 'disabled' for pods with persistent volumes");
    const auto& accepted = scheduling.acceptedResourceRoles;
    if (std::any_of(accepted.begin(), accepted.end(), [](const std::string& role) { return role != "*"; }))
        refuse(problems, "/scheduling/placement/acceptedResourceRoles",
               "can only be '*' for pods with persistent volumes");
}

void checkPersistent(const PersistentVolume& volume, const std::string& at, Problems& problems) {
    if (volume.maxSize && *volume.maxSize < volume.size)
        refuse(problems, at + "/maxSize",
               cat("must be at least size, ", jsonNumber(volume.size), ", not ", jsonNumber(*volume.maxSize)));
    if (volume.type != PersistentType::mount && (volume.maxSize || !volume.profileName.empty()))
        refuse(problems, at + "/type",
               cat("must be mount for a volume with ", volume.maxSize ? "maxSize" : "profileName"));
    if (volume.type == PersistentType::root && !volume.constraints.empty())
        refuse(problems, at + "/constraints", "choose between disks, and type root has only one");
}

}  // namespace

void checkScheduling(const PodSpec& spec, Problems& problems) {
    checkConstraints(spec.scheduling, problems);
    checkRoles(spec, problems);
    if (spec.isResident())
        checkResident(spec.scheduling, problems);
    for (size_t i = 0; i < spec.volumes.size(); ++i)
        if (const auto* volume = spec.volumes[i].as<PersistentVolume>())
            checkPersistent(*volume, cat("/volumes/", i, "/persistent"), problems);
}

}  // namespace podd
