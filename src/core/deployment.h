// SPDX-License-Identifier: LGPL-2.1-or-later
// A deployment: a change of a pod that somebody asked for, from the moment it is accepted until what is true is what is
// wished. There is one at a time for each pod. It is stored with the wish, so it outlives podd. A deployment does nothing
// by itself: what is to be done follows from the wish (core/reconcile.h); it says since when, from where, how far, and
// what to go back to.
#pragma once

#include <cstdint>
#include <string>

#include "base/enum_table.h"
#include "core/reconcile.h"

namespace podd {

enum class DeploymentType { create, update, scale, rollback, restart, start, stop, remove };
constexpr auto kDeploymentTypes = makeEnumTable<DeploymentType>({
    {DeploymentType::create, "create"},
    {DeploymentType::update, "update"},
    {DeploymentType::scale, "scale"},
    {DeploymentType::rollback, "rollback"},
    {DeploymentType::restart, "restart"},
    {DeploymentType::start, "start"},
    {DeploymentType::stop, "stop"},
    {DeploymentType::remove, "delete"},
});

struct Deployment {
    uint32_t id = 0;  // of this host, ever growing
    DeploymentType type = DeploymentType::create;
    std::string pod;
    std::string from;            // the version that a roll-back leads to; "" = there was no such pod before
    uint64_t sinceUsec = 0;      // CLOCK_REALTIME
    uint32_t rollbackAfter = 0;  // failures after which podd rolls it back by itself; 0 = never
    uint32_t failures = 0;       // of instances of the wished version, since it began
    std::string problem;         // the last of them, while none has become ready since: it is stuck. Not stored
    bool operator==(const Deployment&) const = default;

    bool isStuck() const { return !problem.empty(); }
    bool isDoomed() const { return rollbackAfter > 0 && failures >= rollbackAfter; }
};

// Whether another change has to wait for its end, or be forced. Starting and stopping change no definition and give way.
bool locks(DeploymentType type);

// How far it is: "rolling 2 of 5", "deleting, 3 left".
std::string describeProgress(DeploymentType type, const PodFacts& pod);

// What a change is called that a definition makes.
DeploymentType typeOfChange(const PodSpec& from, const PodSpec& to);

}  // namespace podd
