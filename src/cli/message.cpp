// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/message.h"

#include <string_view>

#include "base/strings.h"
#include "sd/check.h"

namespace podd::cli {

namespace {

constexpr const char* kWhat = "read the answer of podd";

template <typename T>
T readBasic(sd_bus_message* message, char type) {
    T value{};
    if (sd::check(sd_bus_message_read_basic(message, type, &value), kWhat) == 0)
        throw Error(Errc::unavailable, cat(kWhat, ": it is shorter than expected"));
    return value;
}

std::vector<std::string> readList(sd_bus_message* message, const char* contents) {
    std::vector<std::string> list;
    readArray(message, contents, [&] { list.push_back(readText(message, *contents)); });
    return list;
}

TextMap readTextMap(sd_bus_message* message) {
    TextMap map;
    readArray(message, "{ss}", [&] {
        enter(message, SD_BUS_TYPE_DICT_ENTRY, "ss");
        std::string key = readText(message, 's');
        map.insert_or_assign(std::move(key), readText(message, 's'));
        leave(message);
    });
    return map;
}

std::vector<EndpointRow> readEndpoints(sd_bus_message* message) {
    std::vector<EndpointRow> rows;
    readArray(message, "(sssqq)", [&] {
        enter(message, SD_BUS_TYPE_STRUCT, "sssqq");
        EndpointRow row;
        row.container = readText(message, 's');
        row.name = readText(message, 's');
        row.protocol = readText(message, 's');
        row.hostPort = readBasic<uint16_t>(message, SD_BUS_TYPE_UINT16);
        row.containerPort = readBasic<uint16_t>(message, SD_BUS_TYPE_UINT16);
        leave(message);
        rows.push_back(std::move(row));
    });
    return rows;
}

std::vector<NetworkRow> readNetworks(sd_bus_message* message) {
    std::vector<NetworkRow> rows;
    readArray(message, "(ssas)", [&] {
        enter(message, SD_BUS_TYPE_STRUCT, "ssas");
        NetworkRow row;
        row.name = readText(message, 's');
        row.interface = readText(message, 's');
        row.addresses = readList(message, "s");
        leave(message);
        rows.push_back(std::move(row));
    });
    return rows;
}

Value readBasicValue(sd_bus_message* message, char type) {
    switch (type) {
        case SD_BUS_TYPE_BOOLEAN: return readBasic<int>(message, type) != 0;
        case SD_BUS_TYPE_INT32: return int64_t{readBasic<int32_t>(message, type)};
        case SD_BUS_TYPE_INT64: return readBasic<int64_t>(message, type);
        case SD_BUS_TYPE_UINT32:
        case SD_BUS_TYPE_UINT64: return readNumber(message, type);
        case SD_BUS_TYPE_DOUBLE: return readBasic<double>(message, type);
        case SD_BUS_TYPE_STRING:
        case SD_BUS_TYPE_OBJECT_PATH: return readText(message, type);
        default:
            // A type that a later podd has invented; the rest of the answer is still good.
            sd::check(sd_bus_message_skip(message, nullptr), kWhat);
            return std::string();
    }
}

Value readVariant(sd_bus_message* message) {
    const char* contents = nullptr;
    sd::check(sd_bus_message_peek_type(message, nullptr, &contents), kWhat);
    const std::string type = contents == nullptr ? "" : contents;
    enter(message, SD_BUS_TYPE_VARIANT, type.c_str());
    Value value;
    if (type == "as" || type == "ao")
        value = readList(message, type.c_str() + 1);
    else if (type == "a{ss}")
        value = readTextMap(message);
    else if (type == "a(sssqq)")
        value = readEndpoints(message);
    else if (type == "a(ssas)")
        value = readNetworks(message);
    else if (type.size() == 1)
        value = readBasicValue(message, type[0]);
    else
        sd::check(sd_bus_message_skip(message, type.c_str()), kWhat);
    leave(message);
    return value;
}

}  // namespace

bool enter(sd_bus_message* message, char type, const char* contents) {
    return sd::check(sd_bus_message_enter_container(message, type, contents), kWhat) > 0;
}

void leave(sd_bus_message* message) {
    sd::check(sd_bus_message_exit_container(message), kWhat);
}

std::string readText(sd_bus_message* message, char type) {
    return readBasic<const char*>(message, type);
}

uint64_t readNumber(sd_bus_message* message, char type) {
    return type == SD_BUS_TYPE_UINT32 ? readBasic<uint32_t>(message, type) : readBasic<uint64_t>(message, type);
}

bool readFlag(sd_bus_message* message) {
    return readBasic<int>(message, SD_BUS_TYPE_BOOLEAN) != 0;
}

Properties readProperties(sd_bus_message* message) {
    Properties properties;
    readArray(message, "{sv}", [&] {
        enter(message, SD_BUS_TYPE_DICT_ENTRY, "sv");
        std::string name = readText(message, 's');
        properties.insert_or_assign(std::move(name), readVariant(message));
        leave(message);
    });
    return properties;
}

ManagedObjects readManagedObjects(sd_bus_message* message) {
    ManagedObjects objects;
    readArray(message, "{oa{sa{sv}}}", [&] {
        enter(message, SD_BUS_TYPE_DICT_ENTRY, "oa{sa{sv}}");
        Interfaces& interfaces = objects[readText(message, 'o')];
        readArray(message, "{sa{sv}}", [&] {
            enter(message, SD_BUS_TYPE_DICT_ENTRY, "sa{sv}");
            const std::string interface = readText(message, 's');
            interfaces[interface] = readProperties(message);
            leave(message);
        });
        leave(message);
    });
    return objects;
}

}  // namespace podd::cli
