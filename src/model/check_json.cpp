// SPDX-License-Identifier: LGPL-2.1-or-later
// Health checks and checks.
#include <algorithm>

#include "base/strings.h"
#include "model/field_rules.h"
#include "model/fields_json.h"
#include "model/names.h"

namespace podd {

namespace {

constexpr Field<HttpProbe> kHttp[] = {
    {"endpoint", kRequired, text<&HttpProbe::endpoint, whyNotName>},
    {"path", kOptional, text<&HttpProbe::path, whyNotPath>},
    {"scheme", kOptional, choice<&HttpProbe::scheme, kHttpSchemes>},
};

constexpr Field<TcpProbe> kTcp[] = {
    {"endpoint", kRequired, text<&TcpProbe::endpoint, whyNotName>},
};

constexpr Field<CommandProbe> kCommandProbe[] = {
    {"command", kRequired, [](const Node& from, CommandProbe& to) { readCommand(from, to.command); }},
};

template <typename Probe, const auto& fields>
void probe(const Node& from, HealthCheck& to) {
    readObject(from, to.check.probe.emplace<Probe>(), fields);
}

template <unsigned Check::*member, unsigned least>
void seconds(const Node& from, HealthCheck& to) {
    to.check.*member = from.integer(least, kMaxSeconds);
}

constexpr Field<HealthCheck> kHealthCheck[] = {
    {"http", kOptional, probe<HttpProbe, kHttp>},
    {"tcp", kOptional, probe<TcpProbe, kTcp>},
    {"exec", kOptional, probe<CommandProbe, kCommandProbe>},
    {"intervalSeconds", kOptional, seconds<&Check::intervalSeconds, 1>},
    {"timeoutSeconds", kOptional, seconds<&Check::timeoutSeconds, 0>},
    {"delaySeconds", kOptional, seconds<&Check::delaySeconds, 0>},
    {"gracePeriodSeconds", kOptional, integer<&HealthCheck::gracePeriodSeconds, 0, kMaxSeconds>},
    {"maxConsecutiveFailures", kOptional, integer<&HealthCheck::maxConsecutiveFailures, 0, kMaxSeconds>},
};
constexpr size_t kCheckRows = 6;  // a check has no more than the first ones

// What both kinds have in common: exactly one way to ask, and a timeout that fits.
void finish(const Node& from, Check& to) {
    if (!from.isObject())
        return;
    const int ways = from.gives("http") + from.gives("tcp") + from.gives("exec");
    if (ways > 1 || (ways == 0 && !from.refused()))
        from.refuse(ways == 0 ? "needs one of http, tcp, exec" : "has more than one of http, tcp, exec");
    if (!from.gives("timeoutSeconds"))
        to.timeoutSeconds = std::min(Check{}.timeoutSeconds, to.intervalSeconds - 1);
}

}  // namespace

void readCheck(const Node& from, Check& to) {
    HealthCheck whole;
    from.read(whole, std::span<const Field<HealthCheck>>(kHealthCheck).first(kCheckRows));
    to = whole.check;
    finish(from, to);
}

void readHealthCheck(const Node& from, HealthCheck& to) {
    readObject(from, to, kHealthCheck);
    finish(from, to.check);
}

}  // namespace podd
