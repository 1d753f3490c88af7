// SPDX-License-Identifier: LGPL-2.1-or-later
// What a definition says about when, where and how often it is launched.
#include "base/strings.h"
#include "model/field_rules.h"
#include "model/fields_json.h"
#include "model/json_text.h"

namespace podd {

namespace {

constexpr Range kSeconds{0, kMaxSeconds};
constexpr Range kFactor{0, kMaxBackoffFactor};
constexpr Range kShare{0, 1};

constexpr Field<BackoffSpec> kBackoff[] = {
    {"backoff", kOptional, number<&BackoffSpec::seconds, kSeconds>},
    {"backoffFactor", kOptional, number<&BackoffSpec::factor, kFactor>},
    {"maxLaunchDelay", kOptional, number<&BackoffSpec::maxSeconds, kSeconds>},
};

constexpr Field<UpgradeSpec> kUpgrade[] = {
    {"minimumHealthCapacity", kOptional, number<&UpgradeSpec::minimumHealthCapacity, kShare>},
    {"maximumOverCapacity", kOptional, number<&UpgradeSpec::maximumOverCapacity, kShare>},
};

constexpr Field<Constraint> kConstraint[] = {
    {"fieldName", kRequired, text<&Constraint::field, whyNotPath>},
    {"operator", kRequired, choice<&Constraint::comparison, kConstraintOperators>},
    {"value", kOptional, [](const Node& from, Constraint& to) { to.value = from.text(); }},
};

constexpr Field<Scheduling> kPlacement[] = {
    {"constraints", kOptional,
     [](const Node& from, Scheduling& to) { readList(from, to.constraints, kMaxConstraints, kConstraint); }},
    {"acceptedResourceRoles", kOptional,
     [](const Node& from, Scheduling& to) {
         for (const Node& item : from.items(0, kMaxRoles))
             to.acceptedResourceRoles.push_back(item.text(whyNotRole));
     }},
};

constexpr Field<UnreachableStrategy> kUnreachable[] = {
    {"inactiveAfterSeconds", kOptional, integer<&UnreachableStrategy::inactiveAfterSeconds, 0, kMaxSeconds>},
    {"expungeAfterSeconds", kOptional, integer<&UnreachableStrategy::expungeAfterSeconds, 0, kMaxSeconds>},
};

void readUnreachable(const Node& from, Scheduling& to) {
    if (from.isObject())
        return readObject(from, to.unreachable.emplace(), kUnreachable);
    to.unreachable.reset();
    if (!from.isString())
        from.refuseType("an object or 'disabled'");
    else
        (void)from.choice({"disabled"});
}

constexpr Field<Scheduling> kScheduling[] = {
    {"backoff", kOptional, [](const Node& from, Scheduling& to) { readObject(from, to.backoff, kBackoff); }},
    {"upgrade", kOptional, [](const Node& from, Scheduling& to) { readObject(from, to.upgrade, kUpgrade); }},
    {"placement", kOptional, [](const Node& from, Scheduling& to) { readObject(from, to, kPlacement); }},
    {"killSelection", kOptional, choice<&Scheduling::killSelection, kKillSelections>},
    {"unreachableStrategy", kOptional, readUnreachable},
};

}  // namespace

void readScheduling(const Node& from, PodSpec& to) {
    readObject(from, to.scheduling, kScheduling);
}

}  // namespace podd
