// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podman.h"

#include <cstdlib>

#include "base/file.h"
#include "base/strings.h"
#include "process.h"

namespace podd::bench {

namespace {

constexpr const char* kImage = "localhost/podd-bench:1";
constexpr const char* kProgram = "/payload";

std::string nameOf(uint64_t number) {
    return cat("bench", number);
}

}  // namespace

Podman::Podman(const std::string& payload) {
    // Set in a service, it makes podman leave its monitors there instead of giving them scopes.
    ::unsetenv("INVOCATION_ID");
    const std::string root = cat(kWorkDirectory, "/image");
    const std::string archive = root + ".tar";
    makeDirectories(root);
    run({"cp", payload, root + kProgram});
    run({"tar", "-C", root, "-cf", archive, "."});
    run({"podman", "import", archive, kImage});
}

void Podman::start(uint64_t number) {
    const std::string pod = nameOf(number);
    run({"podman", "pod", "create", "--name", pod, "--network", "host"});
    for (int i = 0; i < kContainers; ++i)
        run({"podman", "create", "--name", cat(pod, "-", i), "--pod", pod, kImage, kProgram});
    run({"podman", "pod", "start", pod});
}

void Podman::stop(uint64_t number) {
    run({"podman", "pod", "rm", "-f", "-t", "0", nameOf(number)});
}

}  // namespace podd::bench
