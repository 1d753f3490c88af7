// SPDX-License-Identifier: LGPL-2.1-or-later
// A pod as its definition describes it: plain data with Marathon's names, units and defaults, complete. Reading and
// writing JSON is the business of pod_spec_json.h, the rules that span fields are in validate.h, and what this build
// keeps but cannot launch is in launchable.h.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/enum_table.h"

namespace podd {

using StringMap = std::map<std::string, std::string>;

// The value of a variable: its text, or the name of an entry of `secrets` whose value it will be.
struct SecretRef {
    std::string secret;
    bool operator==(const SecretRef&) const = default;
};
using EnvironmentValue = std::variant<std::string, SecretRef>;
using Environment = std::map<std::string, EnvironmentValue>;

struct Resources {
    double cpus = 1.0;   // share of processors, >= 0.001
    double mem = 128.0;  // MiB, >= 0.001
    double disk = 0.0;   // MiB
    uint32_t gpus = 0;
    bool operator==(const Resources&) const = default;
};

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// What a container may use beyond what it asks for; nothing = no more than that.
struct ResourceLimits {
    std::optional<double> cpus;  // or kUnlimited
    std::optional<double> mem;   // MiB, or kUnlimited
    bool operator==(const ResourceLimits&) const = default;
};

// What a container runs: a shell line (/bin/sh -c LINE) or an argument vector whose first item is the executable.
// Neither: what its image says.
struct Command {
    std::string shell;
    std::vector<std::string> argv;    // empty when `shell` is set
    bool overrideEntrypoint = false;  // argv replaces the image's entrypoint instead of following it

    bool empty() const { return shell.empty() && argv.empty(); }
    std::vector<std::string> arguments() const {
        return shell.empty() ? argv : std::vector<std::string>{"/bin/sh", "-c", shell};
    }
    bool operator==(const Command&) const = default;
};

struct Endpoint {
    std::string name;                       // unique in the pod
    std::optional<uint16_t> containerPort;  // 1..65535
    std::optional<uint16_t> hostPort;       // 0 = any free one; nothing = none
    std::vector<std::string> protocols;     // "tcp", "udp", "http" …: any text
    StringMap labels;
    std::vector<std::string> networkNames;  // container networks it is on; empty = all
    bool operator==(const Endpoint&) const = default;
};

enum class HttpScheme { http, https };
constexpr auto kHttpSchemes = makeEnumTable<HttpScheme>({{HttpScheme::http, "HTTP"}, {HttpScheme::https, "HTTPS"}});

struct HttpProbe {
    std::string endpoint;  // of the same container
    std::string path;      // "" = none given
    HttpScheme scheme = HttpScheme::http;
    bool operator==(const HttpProbe&) const = default;
};
struct TcpProbe {
    std::string endpoint;  // of the same container
    bool operator==(const TcpProbe&) const = default;
};
struct CommandProbe {
    Command command;
    bool operator==(const CommandProbe&) const = default;
};

// Asked again and again: `check` of a container, which says whether it is ready.
struct Check {
    std::variant<CommandProbe, HttpProbe, TcpProbe> probe;
    uint32_t intervalSeconds = 60;
    uint32_t timeoutSeconds = 20;  // shorter than the interval
    uint32_t delaySeconds = 15;    // before the first one
    bool operator==(const Check&) const = default;
};

// The same, and what fails too often is ended.
struct HealthCheck {
    Check check;
    uint32_t gracePeriodSeconds = 300;
    uint32_t maxConsecutiveFailures = 3;  // 0 = the first failure ends it
    bool operator==(const HealthCheck&) const = default;
};

enum class ImageKind { docker };
constexpr auto kImageKinds = makeEnumTable<ImageKind>({{ImageKind::docker, "DOCKER"}});

struct Image {
    ImageKind kind = ImageKind::docker;
    std::string id;
    std::string pullSecret;  // an entry of `secrets` with a config.json of docker; "" = none
    bool forcePull = false;
    StringMap labels;
    bool operator==(const Image&) const = default;
};

struct VolumeMount {
    std::string volume;     // name of a volume of the pod
    std::string mountPath;  // absolute, or relative to the container's sandbox
    bool readOnly = false;
    bool operator==(const VolumeMount&) const = default;
};

// A file that is fetched into the sandbox before the container starts.
struct Artifact {
    std::string uri;
    bool extract = true;
    bool executable = false;
    bool cache = false;
    std::string destPath;  // "" = the last part of the URI
    bool operator==(const Artifact&) const = default;
};

enum class IpcMode { isPrivate, shareParent };
constexpr auto kIpcModes =
    makeEnumTable<IpcMode>({{IpcMode::isPrivate, "PRIVATE"}, {IpcMode::shareParent, "SHARE_PARENT"}});

struct IpcInfo {
    IpcMode mode = IpcMode::isPrivate;
    std::optional<uint32_t> shmSize;  // MiB, of /dev/shm; not with shareParent
    bool operator==(const IpcInfo&) const = default;
};

// Exactly one of the two.
struct Seccomp {
    std::string profileName;
    bool unconfined = false;
    bool operator==(const Seccomp&) const = default;
};

struct ContainerSpec {
    std::string name;
    Command command;
    Resources resources;
    ResourceLimits limits;
    std::vector<Endpoint> endpoints;
    std::optional<Image> image;
    Environment environment;
    std::string user;  // "" = the pod's
    std::optional<HealthCheck> healthCheck;
    std::optional<Check> check;
    std::vector<VolumeMount> mounts;
    std::vector<Artifact> artifacts;
    StringMap labels;
    double killGraceSeconds = 3.0;  // from SIGTERM to SIGKILL; Mesos' default
    bool tty = false;
    std::optional<Seccomp> seccomp;
    std::optional<IpcInfo> ipc;
    bool operator==(const ContainerSpec&) const = default;
};

// Made empty for each instance and gone with it.
struct EphemeralVolume {
    bool operator==(const EphemeralVolume&) const = default;
};
struct HostVolume {
    std::string path;  // of the host; relative = a directory of the sandbox
    bool operator==(const HostVolume&) const = default;
};
enum class PersistentType { root, path, mount };
constexpr auto kPersistentTypes = makeEnumTable<PersistentType>(
    {{PersistentType::root, "root"}, {PersistentType::path, "path"}, {PersistentType::mount, "mount"}});
struct PersistentVolume {
    PersistentType type = PersistentType::root;
    double size = 0;                // MiB
    std::optional<double> maxSize;  // MiB; only with type mount
    std::string profileName;        // "" = none
    struct Constraint {             // on disks to choose from, ["path", "LIKE", "/mnt/.*"]
        std::string field, comparison, value;
        bool operator==(const Constraint&) const = default;
    };
    std::vector<Constraint> constraints;
    bool operator==(const PersistentVolume&) const = default;
};
struct SecretVolume {
    std::string secret;  // an entry of `secrets`
    bool operator==(const SecretVolume&) const = default;
};

struct VolumeSpec {
    std::string name;
    std::variant<EphemeralVolume, HostVolume, PersistentVolume, SecretVolume> source;

    template <typename Source>
    const Source* as() const {
        return std::get_if<Source>(&source);
    }
    bool operator==(const VolumeSpec&) const = default;
};

enum class NetworkMode { container, bridge, host };
constexpr auto kNetworkModes = makeEnumTable<NetworkMode>(
    {{NetworkMode::container, "container"}, {NetworkMode::bridge, "container/bridge"}, {NetworkMode::host, "host"}});

// The container network that leads nowhere: the containers of an instance reach each other, and nobody else.
constexpr std::string_view kNoNetwork = "none";

struct NetworkSpec {
    NetworkMode mode = NetworkMode::container;
    std::string name;  // of container networks; "" = the default one
    StringMap labels;  // not of the host's
    bool operator==(const NetworkSpec&) const = default;
};

enum class ConstraintOperator { unique, cluster, groupBy, like, unlike, maxPer, is };
constexpr auto kConstraintOperators = makeEnumTable<ConstraintOperator>({{ConstraintOperator::unique, "UNIQUE"},
                                                                         {ConstraintOperator::cluster, "CLUSTER"},
                                                                         {ConstraintOperator::groupBy, "GROUP_BY"},
                                                                         {ConstraintOperator::like, "LIKE"},
                                                                         {ConstraintOperator::unlike, "UNLIKE"},
                                                                         {ConstraintOperator::maxPer, "MAX_PER"},
                                                                         {ConstraintOperator::is, "IS"}});

struct Constraint {
    std::string field;  // "hostname" or an attribute of the host
    ConstraintOperator comparison = ConstraintOperator::unique;
    std::string value;
    bool operator==(const Constraint&) const = default;
};

struct BackoffSpec {
    double seconds = 1.0;  // the first delay
    double factor = 1.15;  // for each further failure
    double maxSeconds = 300.0;
    bool operator==(const BackoffSpec&) const = default;
};

struct UpgradeSpec {
    double minimumHealthCapacity = 1.0;  // 0..1, share of instances that stays healthy
    double maximumOverCapacity = 1.0;    // 0..1, share of instances that may run in addition
    bool operator==(const UpgradeSpec&) const = default;
};

enum class KillSelection { youngestFirst, oldestFirst };
constexpr auto kKillSelections = makeEnumTable<KillSelection>(
    {{KillSelection::youngestFirst, "YOUNGEST_FIRST"}, {KillSelection::oldestFirst, "OLDEST_FIRST"}});

struct UnreachableStrategy {
    uint32_t inactiveAfterSeconds = 0;
    uint32_t expungeAfterSeconds = 0;
    bool operator==(const UnreachableStrategy&) const = default;
};

struct Scheduling {
    BackoffSpec backoff;
    UpgradeSpec upgrade;
    std::vector<Constraint> constraints;
    std::vector<std::string> acceptedResourceRoles;  // of "*" and the pod's role
    KillSelection killSelection = KillSelection::youngestFirst;
    std::optional<UnreachableStrategy> unreachable = UnreachableStrategy{};  // nothing = disabled
    bool operator==(const Scheduling&) const = default;
};

struct ExecutorResources {
    double cpus = 0.1;   // >= 0.1
    double mem = 32.0;   // MiB, >= 32
    double disk = 10.0;  // MiB, >= 10
    bool operator==(const ExecutorResources&) const = default;
};

// With whom the containers may exchange packets; each text as model/ip_prefix.h reads it. What is in no list is allowed,
// what is in both is too.
struct IpAddressAccess {
    std::vector<std::string> allow;
    std::vector<std::string> deny;
    bool empty() const { return allow.empty() && deny.empty(); }
    bool operator==(const IpAddressAccess&) const = default;
};

struct PodSpec {
    std::string id;
    StringMap labels;
    std::string user;  // "" = root
    Environment environment;
    std::vector<ContainerSpec> containers;
    StringMap secrets;  // name -> where the secret store has it
    std::vector<VolumeSpec> volumes;
    std::vector<NetworkSpec> networks;  // never empty once it has been read: the host's, or container networks
    uint32_t instances = 1;
    Scheduling scheduling;
    ExecutorResources executorResources;
    std::string role = "*";
    std::optional<IpcInfo> ipc;
    IpAddressAccess ipAddresses;
    bool legacySharedCgroups = false;
    bool operator==(const PodSpec&) const = default;

    NetworkMode networkMode() const { return networks.empty() ? NetworkMode::host : networks.front().mode; }
    bool hasNoNetwork() const {
        return networkMode() == NetworkMode::container && !networks.empty() && networks.front().name == kNoNetwork;
    }
    bool isResident() const {  // has data that outlives its instances
        for (const VolumeSpec& volume : volumes)
            if (volume.as<PersistentVolume>() != nullptr)
                return true;
        return false;
    }
};

}  // namespace podd
