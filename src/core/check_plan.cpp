// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "base/strings.h"
#include "core/base_plan.h"
#include "core/endpoints.h"

namespace podd {

namespace {

constexpr uint64_t kSecond = 1'000'000;

using Endpoints = std::vector<EndpointBinding>;

uint64_t portOf(const Endpoints& endpoints, const std::string& name) {
    for (const EndpointBinding& each : endpoints)
        if (each.name == name)
            return reachedAt(each);
    return 0;
}

std::string urlOf(const HttpProbe& http, uint64_t port) {
    return cat(http.scheme == HttpScheme::https ? "https" : "http", "://127.0.0.1:", port,
               http.path.starts_with('/') ? "" : "/", http.path);
}

CheckPlan checkPlan(const Endpoints& endpoints, const Check& check, CheckPurpose purpose) {
    CheckPlan plan{.purpose = purpose,
                   .delayUsec = check.delaySeconds * kSecond,
                   .intervalUsec = check.intervalSeconds * kSecond,
                   .timeoutUsec = check.timeoutSeconds * kSecond};
    if (plan.timeoutUsec == 0)
        plan.timeoutUsec = plan.intervalUsec;  // there is never more than one probe at a time
    if (const auto* command = std::get_if<CommandProbe>(&check.probe)) {
        plan.probe = ProbeKind::command;
        plan.argv = command->command.arguments();
    } else if (const auto* tcp = std::get_if<TcpProbe>(&check.probe)) {
        plan.probe = ProbeKind::tcp;
        plan.port = portOf(endpoints, tcp->endpoint);
    } else if (const auto* http = std::get_if<HttpProbe>(&check.probe)) {
        plan.probe = ProbeKind::http;
        plan.url = urlOf(*http, portOf(endpoints, http->endpoint));
    }
    return plan;
}

}  // namespace

std::vector<CheckPlan> checksOf(const ContainerSpec& container, const Endpoints& endpoints) {
    std::vector<CheckPlan> checks;
    if (container.healthCheck) {
        const HealthCheck& health = *container.healthCheck;
        checks.push_back(checkPlan(endpoints, health.check, CheckPurpose::health));
        checks.back().graceUsec = health.gracePeriodSeconds * kSecond;
        checks.back().maxFailures = std::max(health.maxConsecutiveFailures, 1U);
    }
    if (container.check)
        checks.push_back(checkPlan(endpoints, *container.check, CheckPurpose::readiness));
    return checks;
}

}  // namespace podd
