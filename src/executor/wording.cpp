// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/wording.h"

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/strings.h"
#include "model/resource_limits.h"

namespace podd {

namespace {

std::string pathOf(const ContainerPlan& container) {
    for (const std::string& entry : container.environment)
        if (entry.starts_with("PATH="))
            return cat("PATH ", quoted(entry.substr(5)));
    return "the default PATH";
}

std::string mountName(const MountStep& mount) {
    const bool ofHost = mount.kind == MountKind::bind || mount.kind == MountKind::device;
    const std::string& source = ofHost ? mount.source : mount.target;
    return cat("mount ", quoted(source), mount.sourceIsVolume ? cat(" of volume ", quoted(mount.volume)) : "");
}

std::string mountPoint(const MountStep& mount, int error) {
    if (error == ENOENT && mount.target.starts_with('/'))
        return cat("mount point ", quoted(mount.target),
                   " does not exist: a container without an image sees the host's file system");
    return cat("mount point ", quoted(mount.target), ": ", errnoText(error));
}

// What `forbidden` and `target` refuse, and why.
std::string refusal(const MountStep& mount, InitStep step, const std::string& detail) {
    const std::string what = cat("volume ", quoted(mount.volume));
    if (step == InitStep::target)
        return cat(what, ": mount point ", quoted(mount.target), ": is in ", quoted(detail),
                   ", where no volume can be mounted");
    if (!detail.starts_with('/'))
        return cat(what, ": ", quoted(mount.source), " is or shows ", detail,
                   ": only directories and regular files can be volumes");
    return cat(what, ": ", quoted(mount.source), " shows, or is in, ", quoted(detail),
               ", which no container gets to see");
}

std::string mountProblem(const MountStep& mount, InitStep step, int error, const std::string& detail) {
    if (step == InitStep::mountPoint)
        return mountPoint(mount, error);
    if (step == InitStep::mountSource)
        return cat(mountName(mount), ": ", errnoText(error));
    const std::string what = detail == mount.target ? "" : cat(" (", printable(detail), ")");
    return cat(mountName(mount), " at ", quoted(mount.target), what, ": ", errnoText(error));
}

MountStep mountOf(const ContainerPlan& container, size_t index) {
    return index < container.mounts.size() ? container.mounts[index] : MountStep{};
}

std::string limitProblem(const ContainerPlan& container, const InitReport& report) {
    const ResourceLimit limit =
        report.index < container.limits.size() ? container.limits[report.index] : ResourceLimit{};
    return cat("resource limit ", resourceName(limit.resource), '=', limitText(limit), ": ", errnoText(report.error));
}

std::string commandProblem(const ContainerPlan& container, int error) {
    const std::string& command = container.argv.front();
    std::string cause = errnoText(error);
    if (error == ENOENT && command.find('/') == std::string::npos)
        cause = cat("not found in ", pathOf(container));
    if (error == EACCES)
        cause += " (not an executable file for this user)";
    if (error == ENOEXEC)
        cause = "neither a program nor a script that starts with '#!'";
    return cat("command ", quoted(command), ": ", cause);
}

std::string problem(const ContainerPlan& container, const InitReport& report) {
    const std::string detail(report.detail, ::strnlen(report.detail, sizeof(report.detail)));
    const std::string cause = cat(quoted(detail), ": ", errnoText(report.error));
    switch (report.step) {
        case InitStep::ready:
        case InitStep::namespaces: break;
        case InitStep::plan: return cat("plan: ", printable(detail), ": ", errnoText(report.error));
        case InitStep::setup: return cat("set up ", cause);
        case InitStep::sandbox: return cat("sandbox ", cause);
        case InitStep::mountSource:
        case InitStep::mountPoint:
        case InitStep::mount: return mountProblem(mountOf(container, report.index), report.step, report.error, detail);
        case InitStep::forbidden:
        case InitStep::target: return refusal(mountOf(container, report.index), report.step, printable(detail));
        case InitStep::limit: return limitProblem(container, report);
        case InitStep::seccomp: return cat("system call filter: ", printable(detail), ": ", errnoText(report.error));
        case InitStep::user:
            return cat("user ", quoted(container.user), ": ", printable(detail), ": ", errnoText(report.error));
        case InitStep::command: return commandProblem(container, report.error);
        case InitStep::interpreter: return cat("command ", quoted(container.argv.front()), ": interpreter ", cause);
        case InitStep::exec: return cat("exec ", cause);
    }
    return cat("podd-init: ", errnoText(EBADMSG));
}

}  // namespace

std::string wordingOfCommand(ContainerPlan container, const std::vector<std::string>& argv, const InitReport& report) {
    container.argv = argv;
    return problem(container, report);
}

std::string wording(const ContainerPlan& container, const InitReport& report) {
    return cat("container ", quoted(container.name), ": ", problem(container, report));
}

}  // namespace podd
