// SPDX-License-Identifier: LGPL-2.1-or-later
// Small definitions that are right but for what a test puts into them.
#pragma once

#include <string>

#include "base/strings.h"

namespace podd::testing {

inline const std::string kExec = R"("exec":{"command":{"shell":"true"}})";

// A pod with one container, and more members of the pod or of the container.
inline std::string pod(const std::string& more) {
    return cat(R"({"id":"/a","containers":[{"name":"c",)", kExec, R"(,"resources":{}}],)", more, "}");
}
inline std::string container(const std::string& more) {
    return cat(R"({"id":"/a","containers":[{"name":"c",)", kExec, R"(,"resources":{},)", more, "}]}");
}
inline std::string command(const std::string& text) {
    return cat(R"({"id":"/a","containers":[{"name":"c","resources":{},"exec":{"command":)", text, "}}]}");
}
inline std::string resources(const std::string& text) {
    return cat(R"({"id":"/a","containers":[{"name":"c",)", kExec, R"(,"resources":)", text, "}]}");
}
inline std::string named(const std::string& name) {
    return cat(R"({"id":"/a","containers":[{"name":")", name, "\",", kExec, R"(,"resources":{}}]})");
}
inline std::string identified(const std::string& id) {
    return cat(R"({"id":")", id, R"(","containers":[{"name":"c",)", kExec, R"(,"resources":{}}]})");
}
inline std::string mounted(const std::string& mounts) {
    return cat(R"({"id":"/a","volumes":[{"name":"v"}],"containers":[{"name":"c",)", kExec,
               R"(,"resources":{},"volumeMounts":[)", mounts, "]}]}");
}
inline std::string mountedAt(const std::string& path) {
    return mounted(cat(R"({"name":"v","mountPath":")", path, "\"}"));
}
inline std::string hosted(const std::string& path) {
    return cat(R"({"id":"/a","volumes":[{"name":"v","host":")", path, R"("}],"containers":[{"name":"c",)", kExec,
               R"(,"resources":{},"volumeMounts":[{"name":"v","mountPath":"/v"}]}]})");
}
inline std::string repeated(size_t count, const std::string& first, const std::string& last) {
    std::string text;
    for (size_t i = 0; i < count; ++i)
        text += cat(i == 0 ? "" : ",", first, i, last);
    return text;
}

}  // namespace podd::testing
