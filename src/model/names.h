// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of pods, instances and containers, and the unit names that follow from them.
//
//   pod        /prod/web-1         pod-prod-web\x2d1.slice
//   instance   /prod/web-1.3       pod-prod-web\x2d1-3.slice, its executor pod-prod-web\x2d1-3.scope
//   container  nginx of it         pod-prod-web\x2d1-3-nginx.scope
//
// A '/' of an id becomes '-', which makes slices nest (systemd.slice(5)); a '-' becomes '\x2d' as systemd-escape(1)
// does it. escapedId() is injective. Units of a pod /a and of a pod /a/1 could still share a name (instance 1 of /a and
// the slice of /a/1), which is one reason why an id that is a prefix path of another pod's is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podd {

constexpr size_t kMaxIdLength = 200;        // bytes
constexpr size_t kMaxNameLength = 63;       // bytes, of containers and volumes
constexpr size_t kMaxUnitNameLength = 255;  // bytes, systemd's UNIT_NAME_MAX

// What is wrong with an id ("must start with '/'"), or nothing. The grammar is Marathon's PathId: segments of
// letters a-z, digits, '-' and '.', neither first nor last a '-'; the last segment is not one of
// restart, tasks, versions.
std::optional<std::string> whyNotPodId(std::string_view id);

// The same for an id as a definition may write it: also with '.' and '..' within and a '/' at its end.
std::optional<std::string> whyNotWrittenId(std::string_view id);

// `.` and `..` segments resolved and a trailing '/' dropped, as Marathon does it: /a/../b is /b.
std::string normalisedId(std::string_view id);

// The same for names of containers and volumes: ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$, at most 63 bytes.
std::optional<std::string> whyNotName(std::string_view name);

// A network's: '_' is allowed within, too.
std::optional<std::string> whyNotNetworkName(std::string_view name);

// /prod/web-1 -> prod-web\x2d1; also the name of the pod's directory below /var/lib/podd/pods.
std::string escapedId(std::string_view id);
// The reverse; nothing when the text is not what escapedId() makes.
std::optional<std::string> unescapedId(std::string_view escaped);

// One instance of a pod, number 1, 2, 3 ... that only grows for its id.
struct InstanceId {
    std::string pod;
    uint64_t number = 0;

    auto operator<=>(const InstanceId&) const = default;
    std::string text() const;     // /prod/web-1.3
    std::string escaped() const;  // prod-web\x2d1-3, also the directory below /run/podd/instances
};

// "/prod/web.3" or nothing; also accepts the form without a leading '/'.
std::optional<InstanceId> parseInstanceId(std::string_view text);
// "prod-web-3" (as in directories and unit names) or nothing.
std::optional<InstanceId> parseEscapedInstance(std::string_view escaped);

std::string podSlice(std::string_view id);
std::string instanceSlice(const InstanceId& instance);
std::string executorScope(const InstanceId& instance);
std::string containerScope(const InstanceId& instance, std::string_view container);

// Whether `path` is `directory` or below it, by components: /tmpfoo is not below /tmp.
bool isSameOrBelow(std::string_view path, std::string_view directory);

// Where the executor keeps what a container has for itself outside of its working directory, such as its /tmp; `sandbox`
// is that of the instance.
std::string privateDirectory(const std::string& sandbox, const std::string& container);

}  // namespace podd
