// SPDX-License-Identifier: LGPL-2.1-or-later
// Which system calls a container can make (seccomp(2)): linuxInfo.seccomp of a container names a profile or asks for
// none, the setting seccomp-profile is for all others. "default" is podd's own profile, "unconfined" means no filter, and
// any other name is a file NAME.json of seccomp-profile-directory, in the format of the OCI, Docker and podman.
//
// A profile is compiled when podd starts (the operator's) or when a definition first asks for it, for the capabilities
// that containers have, and again when its file has changed.
#include <sys/stat.h>

#include <cstring>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "isolators/all.h"
#include "isolators/seccomp_filter.h"
#include "model/seccomp_profile_json.h"

namespace podd {

namespace {

constexpr const char* kDefault = "default";
constexpr const char* kUnconfined = "unconfined";

using Filter = std::vector<uint64_t>;

Filter compiled(const SeccompProfile& profile, CapabilitySet capabilities) {
    const std::string program = compileSeccomp(profile, capabilities);
    Filter filter(program.size() / sizeof(uint64_t));
    std::memcpy(filter.data(), program.data(), filter.size() * sizeof(uint64_t));
    return filter;
}

SeccompProfile readProfile(const std::string& path) {
    const ParsedSeccompProfile parsed = parseSeccompProfile(readFile(path));
    for (const Problem& problem : parsed.problems)
        if (problem.severity == Problem::Severity::error)
            throw Error(Errc::badDefinition, describe(problem, path));
    return parsed.profile;
}

// A name and not a path: definitions choose among the operator's profiles.
bool isProfileName(std::string_view name) {
    return !name.empty() && name.find('/') == std::string_view::npos && name.front() != '.';
}

class SeccompIsolator final : public Isolator {
public:
    explicit SeccompIsolator(const IsolationSettings& settings) : settings_(settings) {
        (void)filter(settings_.seccompProfile);  // an operator's mistake is one at start-up
    }

    std::string_view name() const override { return "linux/seccomp"; }

    void check(const PodSpec& spec, std::vector<Problem>& problems) const override {
        for (size_t i = 0; i < spec.containers.size(); ++i) {
            if (!spec.containers[i].seccomp)
                continue;
            // To have no filter needs a right of its own, which who applies the definition is asked for.
            if (spec.containers[i].seccomp->profileName == kUnconfined)
                problems.push_back({.pointer = cat("/containers/", i, "/linuxInfo/seccomp/profileName"),
                                    .what = "'unconfined' is no profile",
                                    .suggestion = "did you mean \"unconfined\": true?"});
            try {
                (void)filter(profileOf(spec.containers[i]));
            } catch (const std::exception& error) {
                problems.push_back(
                    {.pointer = cat("/containers/", i, "/linuxInfo/seccomp/profileName"), .what = error.what()});
            }
        }
    }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        for (size_t i = 0; i < view.spec.containers.size(); ++i)
            plan.launch.containers[i].seccomp = filter(profileOf(view.spec.containers[i]));
    }

private:
    // What a file was when it was compiled.
    struct Stamp {
        uint64_t inode = 0;
        int64_t size = 0;
        int64_t seconds = 0;
        int64_t nanoseconds = 0;
        bool operator==(const Stamp&) const = default;
    };
    struct Known {
        Stamp stamp;
        Filter filter;
    };

    std::string profileOf(const ContainerSpec& container) const {
        if (!container.seccomp)
            return settings_.seccompProfile;
        return container.seccomp->unconfined ? kUnconfined : container.seccomp->profileName;
    }

    Filter filter(const std::string& name) const {
        if (name == kUnconfined)
            return {};
        return within(cat("seccomp profile ", quoted(name)), [&] { return known(name).filter; });
    }

    const Known& known(const std::string& name) const {
        const CapabilitySet capabilities = settings_.capabilities;
        if (name == kDefault) {
            const auto [entry, fresh] = known_.try_emplace(name);
            if (fresh)
                entry->second.filter = compiled(defaultSeccompProfile(), capabilities);
            return entry->second;
        }
        if (!isProfileName(name))
            throw Error(Errc::badDefinition, "is no name of a profile");
        const std::string path = cat(settings_.seccompDirectory, '/', name, ".json");
        const Stamp stamp = stampOf(path);
        const auto entry = known_.find(name);
        if (entry != known_.end() && entry->second.stamp == stamp)
            return entry->second;
        return known_[name] = Known{stamp, compiled(readProfile(path), capabilities)};
    }

    static Stamp stampOf(const std::string& path) {
        struct stat info {};
        if (::stat(path.c_str(), &info) < 0)
            throwErrno(errno, quoted(path));
        return {info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    }

    const IsolationSettings& settings_;
    mutable std::map<std::string, Known> known_;  // a cache: compiling takes milliseconds
};

}  // namespace

std::unique_ptr<Isolator> makeSeccompIsolator(const IsolationSettings& settings) {
    return std::make_unique<SeccompIsolator>(settings);
}

}  // namespace podd
