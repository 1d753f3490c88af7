// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "base/strings.h"
#include "core/base_plan.h"

namespace podd {

namespace {

constexpr uint64_t kSecond = 1'000'000;

// On the host's network, which is the only one so far, an endpoint is reached at its port of the host.
uint64_t portOf(const ContainerSpec& container, const std::string& endpoint) {
    for (const Endpoint& each : container.endpoints)
        if (each.name == endpoint)
            return each.hostPort.value_or(0);
    return 0;
}

std::string urlOf(const HttpProbe& http, uint64_t port) {
    return cat(http.scheme == HttpScheme::https ? "https" : "http", "://127.0.0.1:", port,
               http.path.starts_with('/') ? "" : "/", http.path);
}

CheckPlan checkPlan(const ContainerSpec& container, const Check& check, CheckPurpose purpose) {
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
        plan.port = portOf(container, tcp->endpoint);
    } else if (const auto* http = std::get_if<HttpProbe>(&check.probe)) {
        plan.probe = ProbeKind::http;
        plan.url = urlOf(*http, portOf(container, http->endpoint));
    }
    return plan;
}

}  // namespace

std::vector<CheckPlan> checksOf(const ContainerSpec& container) {
    std::vector<CheckPlan> checks;
    if (container.healthCheck) {
        const HealthCheck& health = *container.healthCheck;
        checks.push_back(checkPlan(container, health.check, CheckPurpose::health));
        checks.back().graceUsec = health.gracePeriodSeconds * kSecond;
        checks.back().maxFailures = std::max(health.maxConsecutiveFailures, 1U);
    }
    if (container.check)
        checks.push_back(checkPlan(container, *container.check, CheckPurpose::readiness));
    return checks;
}

}  // namespace podd
