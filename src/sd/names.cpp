// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/names.h"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>

#include "sd/check.h"

namespace podd::sd {

namespace {

using Text = std::unique_ptr<char, decltype(&std::free)>;

}  // namespace

std::string objectPath(const char* prefix, std::string_view external) {
    char* path = nullptr;
    check(sd_bus_path_encode(prefix, std::string(external).c_str(), &path), "encode object path");
    const Text owner(path, &std::free);
    return path;
}

std::string externalName(const char* prefix, const char* path) {
    char* external = nullptr;
    if (sd_bus_path_decode(path, prefix, &external) <= 0)
        return {};
    const Text owner(external, &std::free);
    return external;
}

}  // namespace podd::sd
