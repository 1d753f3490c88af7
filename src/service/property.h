// SPDX-License-Identifier: LGPL-2.1-or-later
// How property getters write their answers; for the files with the vtables of bus_objects.h only.
#pragma once

#include <systemd/sd-bus.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "sd/check.h"

namespace podd {

using Reply = sd_bus_message*;
constexpr const char* kAnswerProperty = "answer property";

constexpr uint64_t kConst = SD_BUS_VTABLE_PROPERTY_CONST;
constexpr uint64_t kChange = SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE;

inline void put(Reply reply, const std::string& text) {
    sd::check(sd_bus_message_append(reply, "s", text.c_str()), kAnswerProperty);
}
inline void putPath(Reply reply, const std::string& path) {
    sd::check(sd_bus_message_append(reply, "o", path.c_str()), kAnswerProperty);
}
inline void put(Reply reply, uint32_t value) {
    sd::check(sd_bus_message_append(reply, "u", value), kAnswerProperty);
}
inline void put(Reply reply, uint64_t value) {
    sd::check(sd_bus_message_append(reply, "t", value), kAnswerProperty);
}
inline void put(Reply reply, double value) {
    sd::check(sd_bus_message_append(reply, "d", value), kAnswerProperty);
}
inline void putInt(Reply reply, int64_t value) {
    sd::check(sd_bus_message_append(reply, "i", static_cast<int32_t>(value)), kAnswerProperty);
}
inline void putPaths(Reply reply, const std::vector<std::string>& paths) {
    sd::check(sd_bus_message_open_container(reply, 'a', "o"), kAnswerProperty);
    for (const std::string& path : paths)
        putPath(reply, path);
    sd::check(sd_bus_message_close_container(reply), kAnswerProperty);
}
inline void putTexts(Reply reply, const std::vector<std::string>& texts) {
    sd::check(sd_bus_message_open_container(reply, 'a', "s"), kAnswerProperty);
    for (const std::string& text : texts)
        put(reply, text);
    sd::check(sd_bus_message_close_container(reply), kAnswerProperty);
}

}  // namespace podd
