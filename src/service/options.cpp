// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/options.h"

#include "base/strings.h"
#include "sd/check.h"

namespace podd {

namespace {

constexpr const char* kReadOptions = "read options";

template <typename Value>
Value valueOf(sd_bus_message* message, const char* key, const char* type, const char* description) {
    Value value{};
    if (sd_bus_message_read(message, "v", type, &value) < 0)
        throw Error(Errc::notSupported, cat("option ", quoted(key), " must be ", description));
    return value;
}

void take(ApplyOptions& options, sd_bus_message* message, const char* key) {
    const std::string_view name = key;
    if (name == "strict")
        options.strict = valueOf<int>(message, key, "b", "a boolean") != 0;
    else if (name == "force")
        options.force = valueOf<int>(message, key, "b", "a boolean") != 0;
    else if (name == "rollback-on-failure")
        options.rollbackAfter = valueOf<uint32_t>(message, key, "u", "an unsigned number");
    else
        options.ifVersion = valueOf<const char*>(message, key, "s", "a string");
}

}  // namespace

ApplyOptions readOptions(sd_bus_message* message, const std::set<std::string_view>& known) {
    ApplyOptions options;
    sd::check(sd_bus_message_enter_container(message, 'a', "{sv}"), kReadOptions);
    while (sd::check(sd_bus_message_enter_container(message, 'e', "sv"), kReadOptions) > 0) {
        const char* key = nullptr;
        sd::check(sd_bus_message_read(message, "s", &key), kReadOptions);
        if (!known.contains(key))
            throw Error(Errc::notSupported, cat("option ", quoted(key), " is not known"));
        take(options, message, key);
        sd::check(sd_bus_message_exit_container(message), kReadOptions);
    }
    sd::check(sd_bus_message_exit_container(message), kReadOptions);
    return options;
}

}  // namespace podd
