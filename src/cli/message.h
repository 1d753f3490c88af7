// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading D-Bus messages into values. All functions throw Error when the message is not what was expected.
#pragma once

#include <string>

#include "cli/value.h"
#include "sd/handle.h"

namespace podd::cli {

std::string readText(sd_bus_message* message, char type);  // 's' or 'o'
uint64_t readNumber(sd_bus_message* message, char type);   // 'u' or 't'

// Calls `item` for each element of an array; `contents` is the element's signature.
template <typename Item>
void readArray(sd_bus_message* message, const char* contents, Item&& item);

bool readFlag(sd_bus_message* message);
Properties readProperties(sd_bus_message* message);          // a{sv}
ManagedObjects readManagedObjects(sd_bus_message* message);  // a{oa{sa{sv}}}

// Steps into a container and out of it again; false when there is no further element.
bool enter(sd_bus_message* message, char type, const char* contents);
void leave(sd_bus_message* message);

template <typename Item>
void readArray(sd_bus_message* message, const char* contents, Item&& item) {
    enter(message, SD_BUS_TYPE_ARRAY, contents);
    while (sd_bus_message_at_end(message, 0) == 0)
        item();
    leave(message);
}

}  // namespace podd::cli
