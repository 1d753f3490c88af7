// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/value.h"

#include "base/strings.h"
#include "cli/times.h"
#include "model/ip_prefix.h"

namespace podd::cli {

namespace {

template <typename T>
T valueOr(const Properties& properties, const std::string& name, T otherwise) {
    const auto found = properties.find(name);
    if (found == properties.end() || !std::holds_alternative<T>(found->second))
        return otherwise;
    return std::get<T>(found->second);
}

std::string shownNumber(std::string_view name, uint64_t number) {
    if (number == kUnknown)
        return "[not set]";
    if (name.ends_with("Timestamp"))
        return absoluteTime(number);
    if (name.ends_with("USec"))
        return number == 0 ? "0" : formatSpan(number);
    return cat(number);
}

struct Shown {
    const std::string& name;

    std::string operator()(const std::string& text) const { return printable(text); }
    std::string operator()(bool yes) const { return yes ? "yes" : "no"; }
    std::string operator()(int64_t number) const { return cat(number); }
    std::string operator()(uint64_t number) const { return shownNumber(name, number); }
    std::string operator()(double number) const { return cat(number); }
    std::string operator()(const std::vector<std::string>& list) const { return printable(join(list, " ")); }
    std::string operator()(const TextMap& map) const {
        std::vector<std::string> pairs;
        for (const auto& [key, value] : map)
            pairs.push_back(cat(key, '=', value));
        return printable(join(pairs, " "));
    }
    // As systemctl(1) shows ExecStart=.
    std::string operator()(const std::vector<Termination>& terminations) const {
        std::vector<std::string> all;
        for (const Termination& each : terminations) {
            std::vector<std::string> parts = {cat("instance=", each.instance), cat("result=", each.result),
                                              cat("ended=[", absoluteTime(each.endedUsec), ']'),
                                              cat("message=", each.message)};
            for (const ContainerTermination& container : each.containers)
                parts.push_back(cat(container.name, '=', container.state,
                                    container.message.empty() ? "" : cat(" (", container.message, ')')));
            all.push_back(cat("{ ", join(parts, " ; "), " }"));
        }
        return printable(join(all, " "));
    }
    std::string operator()(const std::vector<EndpointRow>& endpoints) const {
        std::vector<std::string> all;
        all.reserve(endpoints.size());
        for (const EndpointRow& each : endpoints)
            all.push_back(cat("{ container=", each.container, " ; name=", each.name, " ; protocol=", each.protocol,
                              " ; host-port=", each.hostPort, " ; container-port=", each.containerPort, " }"));
        return printable(join(all, " "));
    }
    std::string operator()(const std::vector<NetworkRow>& networks) const {
        std::vector<std::string> all;
        all.reserve(networks.size());
        for (const NetworkRow& each : networks)
            all.push_back(cat("{ network=", each.name, " ; interface=", each.interface,
                              " ; addresses=", join(each.addresses, " "), " }"));
        return printable(join(all, " "));
    }
};

}  // namespace

std::string textOf(const Properties& properties, const std::string& name) {
    return valueOr<std::string>(properties, name, "");
}

uint64_t numberOf(const Properties& properties, const std::string& name, uint64_t otherwise) {
    return valueOr<uint64_t>(properties, name, otherwise);
}

int64_t signedOf(const Properties& properties, const std::string& name) {
    return valueOr<int64_t>(properties, name, 0);
}

double realOf(const Properties& properties, const std::string& name) {
    return valueOr<double>(properties, name, 0);
}

std::vector<std::string> listOf(const Properties& properties, const std::string& name) {
    return valueOr<std::vector<std::string>>(properties, name, {});
}

TextMap mapOf(const Properties& properties, const std::string& name) {
    return valueOr<TextMap>(properties, name, {});
}

std::vector<EndpointRow> endpointsOf(const Properties& instance) {
    return valueOr<std::vector<EndpointRow>>(instance, "Endpoints", {});
}

std::vector<NetworkRow> networksOf(const Properties& instance) {
    return valueOr<std::vector<NetworkRow>>(instance, "Networks", {});
}

std::vector<std::string> addressesOf(const Properties& instance) {
    std::vector<std::string> addresses;
    for (const NetworkRow& network : networksOf(instance))
        for (const std::string& address : network.addresses)
            addresses.push_back(withoutLength(address));
    return addresses;
}

std::string shown(const std::string& name, const Value& value) {
    return std::visit(Shown{name}, value);
}

}  // namespace podd::cli
