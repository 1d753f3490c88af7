// SPDX-License-Identifier: LGPL-2.1-or-later
// Well-known names of podd's D-Bus API (dbus/org.podd1.xml describes it).
#pragma once

#include "base/error.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace podd::sd {

constexpr const char* kService = "org.podd1";
constexpr const char* kManagerPath = "/org/podd1";
constexpr const char* kManager = "org.podd1.Manager";
constexpr const char* kPod = "org.podd1.Pod";
constexpr const char* kInstance = "org.podd1.Instance";
constexpr const char* kContainer = "org.podd1.Container";
constexpr const char* kDeployment = "org.podd1.Deployment";
constexpr const char* kUsage = "org.podd1.Usage";  // of pods, instances and containers
constexpr const char* kPodPrefix = "/org/podd1/pod";
constexpr const char* kInstancePrefix = "/org/podd1/instance";
constexpr const char* kContainerPrefix = "/org/podd1/container";
constexpr const char* kDeploymentPrefix = "/org/podd1/deployment";

// Object paths, by sd_bus_path_encode(3): /org/podd1/pod/_2fweb of "/web", …/instance/_2fweb_2e3 of "/web.3",
// …/container/_2fweb_2e3_2fnginx of "/web.3/nginx".
std::string objectPath(const char* prefix, std::string_view external);
// The external name of a path below `prefix`; empty when it is none.
std::string externalName(const char* prefix, const char* path);

// The one table from error codes to D-Bus error names.
constexpr std::array<std::pair<Errc, const char*>, 12> kErrorNames = {{
    {Errc::badDefinition, "org.podd1.Error.BadDefinition"},
    {Errc::notSupported, "org.podd1.Error.NotSupported"},
    {Errc::noSuchPod, "org.podd1.Error.NoSuchPod"},
    {Errc::noSuchInstance, "org.podd1.Error.NoSuchInstance"},
    {Errc::noSuchVersion, "org.podd1.Error.NoSuchVersion"},
    {Errc::noSuchDeployment, "org.podd1.Error.NoSuchDeployment"},
    {Errc::versionConflict, "org.podd1.Error.VersionConflict"},
    {Errc::locked, "org.podd1.Error.Locked"},
    {Errc::notNow, "org.podd1.Error.NotNow"},
    {Errc::denied, "org.freedesktop.DBus.Error.AccessDenied"},
    {Errc::unavailable, "org.podd1.Error.Unavailable"},
    {Errc::internal, "org.podd1.Error.Failed"},
}};

}  // namespace podd::sd
