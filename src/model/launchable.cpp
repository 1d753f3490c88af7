// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/launchable.h"

#include <variant>

#include "base/strings.h"
#include "model/json_text.h"

namespace podd {

namespace {

class Obstacles {
public:
    void inPod(const PodSpec& spec) {
        environment(spec.environment, "");
        for (size_t i = 0; i < spec.containers.size(); ++i)
            inContainer(spec, spec.containers[i], cat("/containers/", i));
        for (size_t i = 0; i < spec.volumes.size(); ++i)
            inVolume(spec.volumes[i], cat("/volumes/", i));
        inScheduling(spec);
    }

    std::vector<Problem> take() { return std::move(found_); }

private:
    // `field` below `at`; the pointer is made only when it is needed: podd asks often, and mostly there is nothing.
    void unless(bool possible, std::string_view at, std::string_view field, std::string_view what) {
        if (!possible)
            add(cat(at, field), what);
    }
    void add(std::string pointer, std::string_view what) {
        found_.push_back({.pointer = std::move(pointer), .what = cat(what, ": not supported by this build")});
    }

    void environment(const Environment& environment, const std::string& at) {
        for (const auto& [name, value] : environment)
            if (std::holds_alternative<SecretRef>(value))
                add(pointerTo(at + "/environment", name), "values from secrets");
    }

    void inContainer(const PodSpec& spec, const ContainerSpec& container, const std::string& at) {
        if (container.command.empty() && !container.image)
            found_.push_back({.pointer = at + "/exec", .what = "neither a command nor an image to take one from"});
        unless(!container.image, at, "/image", "images");
        unless(container.resources.gpus == 0, at, "/resources/gpus", "gpus");
        for (size_t i = 0; i < container.endpoints.size(); ++i)
            inEndpoint(spec, container.endpoints[i], cat(at, "/endpoints/", i));
        environment(container.environment, at);
        unless(container.artifacts.empty(), at, "/artifacts", "artifacts");
        unless(!container.tty, at, "/tty", "terminals");
    }

    void inEndpoint(const PodSpec& spec, const Endpoint& endpoint, const std::string& at) {
        if (endpoint.hostPort.value_or(0) != 0 && spec.instances > 1)
            found_.push_back({.pointer = at + "/hostPort",
                              .what = cat("port ", *endpoint.hostPort, " of the host cannot belong to ", spec.instances,
                                          " instances: use one instance")});
    }

    void inVolume(const VolumeSpec& volume, const std::string& at) {
        unless(volume.as<PersistentVolume>() == nullptr, at, "/persistent", "persistent volumes");
        unless(volume.as<SecretVolume>() == nullptr, at, "/secret", "secrets as volumes");
    }

    // Roles and the unreachable strategy mean nothing on a single host: they are kept and shown.
    void inScheduling(const PodSpec& spec) {
        const Scheduling& scheduling = spec.scheduling;
        unless(scheduling.constraints.empty(), "", "/scheduling/placement/constraints", "constraints");
    }

    std::vector<Problem> found_;
};

}  // namespace

std::vector<Problem> launchObstacles(const PodSpec& spec) {
    Obstacles obstacles;
    obstacles.inPod(spec);
    return obstacles.take();
}

}  // namespace podd
