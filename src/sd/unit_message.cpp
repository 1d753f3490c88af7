// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/unit_message.h"

#include "sd/check.h"

namespace podd::sd {

namespace {

constexpr const char* kWhat = "write unit properties";

struct AppendVariant {
    sd_bus_message* message;

    void operator()(bool value) const {
        const int wide = value ? 1 : 0;  // D-Bus booleans are four bytes wide, sd_bus_message_append(3)
        check(sd_bus_message_append(message, "v", "b", wide), kWhat);
    }
    void operator()(int32_t value) const { check(sd_bus_message_append(message, "v", "i", value), kWhat); }
    void operator()(uint64_t value) const { check(sd_bus_message_append(message, "v", "t", value), kWhat); }
    void operator()(const std::string& value) const {
        check(sd_bus_message_append(message, "v", "s", value.c_str()), kWhat);
    }
    void operator()(const std::vector<std::string>& values) const {
        check(sd_bus_message_open_container(message, 'v', "as"), kWhat);
        appendStrings(message, values);
        check(sd_bus_message_close_container(message), kWhat);
    }
    void operator()(const std::vector<uint32_t>& values) const {
        check(sd_bus_message_open_container(message, 'v', "au"), kWhat);
        check(sd_bus_message_append_array(message, 'u', values.data(), values.size() * sizeof(uint32_t)), kWhat);
        check(sd_bus_message_close_container(message), kWhat);
    }
    void operator()(const NumberPairs& pairs) const {
        openPairs("a(st)", "(st)");
        for (const auto& [name, number] : pairs)
            check(sd_bus_message_append(message, "(st)", name.c_str(), number), kWhat);
        closePairs();
    }
    void operator()(const TextPairs& pairs) const {
        openPairs("a(ss)", "(ss)");
        for (const auto& [name, text] : pairs)
            check(sd_bus_message_append(message, "(ss)", name.c_str(), text.c_str()), kWhat);
        closePairs();
    }
    void operator()(const IpPrefixes& prefixes) const {
        openPairs("a(iayu)", "(iayu)");
        for (const IpPrefix& prefix : prefixes) {
            check(sd_bus_message_open_container(message, 'r', "iayu"), kWhat);
            check(sd_bus_message_append(message, "i", prefix.family), kWhat);
            check(sd_bus_message_append_array(message, 'y', prefix.address.data(), prefix.address.size()), kWhat);
            check(sd_bus_message_append(message, "u", prefix.length), kWhat);
            check(sd_bus_message_close_container(message), kWhat);
        }
        closePairs();
    }
    void openPairs(const char* list, const char* pair) const {
        check(sd_bus_message_open_container(message, 'v', list), kWhat);
        check(sd_bus_message_open_container(message, 'a', pair), kWhat);
    }
    void closePairs() const {
        check(sd_bus_message_close_container(message), kWhat);
        check(sd_bus_message_close_container(message), kWhat);
    }
};

}  // namespace

void appendStrings(sd_bus_message* message, const std::vector<std::string>& strings) {
    check(sd_bus_message_open_container(message, 'a', "s"), kWhat);
    for (const std::string& each : strings)
        check(sd_bus_message_append(message, "s", each.c_str()), kWhat);
    check(sd_bus_message_close_container(message), kWhat);
}

void appendProperties(sd_bus_message* message, const std::vector<UnitProperty>& properties) {
    check(sd_bus_message_open_container(message, 'a', "(sv)"), kWhat);
    for (const UnitProperty& property : properties) {
        check(sd_bus_message_open_container(message, 'r', "sv"), kWhat);
        check(sd_bus_message_append(message, "s", property.name.c_str()), kWhat);
        std::visit(AppendVariant{message}, property.value);
        check(sd_bus_message_close_container(message), kWhat);
    }
    check(sd_bus_message_close_container(message), kWhat);
}

void appendUnits(sd_bus_message* message, const std::vector<UnitPlan>& units) {
    check(sd_bus_message_open_container(message, 'a', "(sa(sv))"), kWhat);
    for (const UnitPlan& unit : units) {
        check(sd_bus_message_open_container(message, 'r', "sa(sv)"), kWhat);
        check(sd_bus_message_append(message, "s", unit.name.c_str()), kWhat);
        appendProperties(message, unit.properties);
        check(sd_bus_message_close_container(message), kWhat);
    }
    check(sd_bus_message_close_container(message), kWhat);
}

}  // namespace podd::sd
