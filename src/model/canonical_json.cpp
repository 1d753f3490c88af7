// SPDX-License-Identifier: LGPL-2.1-or-later
// In the order of the format's documentation, with every default written out; only what is empty or absent is left out.
#include <cmath>
#include <variant>
#include <vector>

#include "base/strings.h"
#include "model/json_writer.h"
#include "model/pod_spec_json.h"

namespace podd {

namespace {

// "key": { ... }; `write` writes the members.
template <typename Write>
void writeObject(JsonWriter& out, std::string_view key, Write write) {
    out.key(key).open('{');
    write();
    out.close('}');
}

// A list of anything; `write` writes one item.
template <typename Item, typename Write>
void writeList(JsonWriter& out, std::string_view key, const std::vector<Item>& items, Write write) {
    out.key(key).open('[');
    for (const Item& item : items) {
        out.item();
        write(out, item);
    }
    out.close(']');
}

// A list of objects that is left out when it is empty; `write` writes the members of one.
template <typename Item, typename Write>
void writeObjects(JsonWriter& out, std::string_view key, const std::vector<Item>& items, Write write) {
    if (items.empty())
        return;
    writeList(out, key, items, [&](JsonWriter& to, const Item& item) {
        to.open('{');
        write(to, item);
        to.close('}');
    });
}

void writeText(JsonWriter& out, const std::string& text) {
    out.text(text);
}

void writeTexts(JsonWriter& out, std::string_view key, const std::vector<std::string>& texts) {
    if (!texts.empty())
        writeList(out, key, texts, writeText);
}

void writeOptional(JsonWriter& out, std::string_view key, const std::string& text) {
    if (!text.empty())
        out.key(key).text(text);
}

template <typename Number>
void writeOptional(JsonWriter& out, std::string_view key, const std::optional<Number>& value) {
    if (value)
        out.key(key).number(*value);
}

void writeOptional(JsonWriter& out, std::string_view key, const StringMap& map) {
    if (map.empty())
        return;
    writeObject(out, key, [&] {
        for (const auto& [name, value] : map)
            out.key(name).text(value);
    });
}

void writeEnvironment(JsonWriter& out, const Environment& environment) {
    if (environment.empty())
        return;
    writeObject(out, "environment", [&] {
        for (const auto& [name, value] : environment)
            if (const auto* secret = std::get_if<SecretRef>(&value))
                writeObject(out, name, [&] { out.key("secret").text(secret->secret); });
            else
                out.key(name).text(std::get<std::string>(value));
    });
}

void writeCommand(JsonWriter& out, const Command& command) {
    writeObject(out, "command", [&] {
        if (command.argv.empty())
            out.key("shell").text(command.shell);
        else
            writeTexts(out, "argv", command.argv);
    });
}

void writeExec(JsonWriter& out, const Command& command) {
    if (command.empty())
        return;
    writeObject(out, "exec", [&] {
        writeCommand(out, command);
        out.key("overrideEntrypoint").boolean(command.overrideEntrypoint);
    });
}

void writeResources(JsonWriter& out, const Resources& resources) {
    writeObject(out, "resources", [&] {
        out.key("cpus").number(resources.cpus);
        out.key("mem").number(resources.mem);
        out.key("disk").number(resources.disk);
        out.key("gpus").number(resources.gpus);
    });
}

void writeLimit(JsonWriter& out, std::string_view key, const std::optional<double>& limit) {
    if (!limit)
        return;
    out.key(key);
    if (std::isinf(*limit))
        out.text("unlimited");
    else
        out.number(*limit);
}

void writeLimits(JsonWriter& out, const ResourceLimits& limits) {
    if (limits == ResourceLimits{})
        return;
    writeObject(out, "resourceLimits", [&] {
        writeLimit(out, "cpus", limits.cpus);
        writeLimit(out, "mem", limits.mem);
    });
}

void writeEndpoint(JsonWriter& out, const Endpoint& endpoint) {
    out.key("name").text(endpoint.name);
    writeOptional(out, "containerPort", endpoint.containerPort);
    writeOptional(out, "hostPort", endpoint.hostPort);
    writeTexts(out, "protocol", endpoint.protocols);
    writeOptional(out, "labels", endpoint.labels);
    writeTexts(out, "networkNames", endpoint.networkNames);
}

void writeImage(JsonWriter& out, const Image& image) {
    writeObject(out, "image", [&] {
        out.key("kind").text(kImageKinds.name(image.kind));
        out.key("id").text(image.id);
        if (!image.pullSecret.empty())
            writeObject(out, "pullConfig", [&] { out.key("secret").text(image.pullSecret); });
        out.key("forcePull").boolean(image.forcePull);
        writeOptional(out, "labels", image.labels);
    });
}

struct ProbeWriter {
    JsonWriter& out;

    void operator()(const HttpProbe& probe) const {
        writeObject(out, "http", [&] {
            out.key("endpoint").text(probe.endpoint);
            writeOptional(out, "path", probe.path);
            out.key("scheme").text(kHttpSchemes.name(probe.scheme));
        });
    }
    void operator()(const TcpProbe& probe) const {
        writeObject(out, "tcp", [&] { out.key("endpoint").text(probe.endpoint); });
    }
    void operator()(const CommandProbe& probe) const {
        writeObject(out, "exec", [&] { writeCommand(out, probe.command); });
    }
};

void writeCheck(JsonWriter& out, const Check& check) {
    std::visit(ProbeWriter{out}, check.probe);
    out.key("intervalSeconds").number(check.intervalSeconds);
    out.key("timeoutSeconds").number(check.timeoutSeconds);
    out.key("delaySeconds").number(check.delaySeconds);
}

void writeHealthCheck(JsonWriter& out, const HealthCheck& health) {
    writeCheck(out, health.check);
    out.key("gracePeriodSeconds").number(health.gracePeriodSeconds);
    out.key("maxConsecutiveFailures").number(health.maxConsecutiveFailures);
}

void writeMount(JsonWriter& out, const VolumeMount& mount) {
    out.key("name").text(mount.volume);
    out.key("mountPath").text(mount.mountPath);
    out.key("readOnly").boolean(mount.readOnly);
}

void writeArtifact(JsonWriter& out, const Artifact& artifact) {
    out.key("uri").text(artifact.uri);
    out.key("extract").boolean(artifact.extract);
    out.key("executable").boolean(artifact.executable);
    out.key("cache").boolean(artifact.cache);
    writeOptional(out, "destPath", artifact.destPath);
}

void writeIpcInfo(JsonWriter& out, const IpcInfo& ipc) {
    writeObject(out, "ipcInfo", [&] {
        out.key("mode").text(kIpcModes.name(ipc.mode));
        writeOptional(out, "shmSize", ipc.shmSize);
    });
}

void writeLinuxInfo(JsonWriter& out, const ContainerSpec& container) {
    if (!container.seccomp && !container.ipc)
        return;
    writeObject(out, "linuxInfo", [&] {
        if (container.seccomp)
            writeObject(out, "seccomp", [&] {
                writeOptional(out, "profileName", container.seccomp->profileName);
                out.key("unconfined").boolean(container.seccomp->unconfined);
            });
        if (container.ipc)
            writeIpcInfo(out, *container.ipc);
    });
}

void writeLinuxInfo(JsonWriter& out, const PodSpec& spec) {
    if (!spec.ipc && spec.ipAddresses.empty())
        return;
    writeObject(out, "linuxInfo", [&] {
        if (spec.ipc)
            writeIpcInfo(out, *spec.ipc);
        writeTexts(out, "ipAddressAllow", spec.ipAddresses.allow);
        writeTexts(out, "ipAddressDeny", spec.ipAddresses.deny);
    });
}

void writeContainer(JsonWriter& out, const ContainerSpec& container) {
    out.key("name").text(container.name);
    writeExec(out, container.command);
    writeResources(out, container.resources);
    writeLimits(out, container.limits);
    writeObjects(out, "endpoints", container.endpoints, writeEndpoint);
    if (container.image)
        writeImage(out, *container.image);
    writeEnvironment(out, container.environment);
    writeOptional(out, "user", container.user);
    if (container.healthCheck)
        writeObject(out, "healthCheck", [&] { writeHealthCheck(out, *container.healthCheck); });
    if (container.check)
        writeObject(out, "check", [&] { writeCheck(out, *container.check); });
    writeObjects(out, "volumeMounts", container.mounts, writeMount);
    writeObjects(out, "artifacts", container.artifacts, writeArtifact);
    writeOptional(out, "labels", container.labels);
    writeObject(out, "lifecycle", [&] { out.key("killGracePeriodSeconds").number(container.killGraceSeconds); });
    out.key("tty").boolean(container.tty);
    writeLinuxInfo(out, container);
}

void writeDiskConstraint(JsonWriter& out, const PersistentVolume::Constraint& constraint) {
    out.open('[');
    for (const std::string* part : {&constraint.field, &constraint.comparison, &constraint.value}) {
        out.item();
        out.text(*part);
    }
    out.close(']');
}

struct VolumeWriter {
    JsonWriter& out;

    void operator()(const EphemeralVolume&) const {}
    void operator()(const HostVolume& volume) const { out.key("host").text(volume.path); }
    void operator()(const SecretVolume& volume) const { out.key("secret").text(volume.secret); }
    void operator()(const PersistentVolume& volume) const {
        writeObject(out, "persistent", [&] {
            out.key("type").text(kPersistentTypes.name(volume.type));
            out.key("size").number(volume.size);
            writeOptional(out, "maxSize", volume.maxSize);
            writeOptional(out, "profileName", volume.profileName);
            if (!volume.constraints.empty())
                writeList(out, "constraints", volume.constraints, writeDiskConstraint);
        });
    }
};

void writeVolume(JsonWriter& out, const VolumeSpec& volume) {
    out.key("name").text(volume.name);
    std::visit(VolumeWriter{out}, volume.source);
}

void writeNetwork(JsonWriter& out, const NetworkSpec& network) {
    out.key("mode").text(kNetworkModes.name(network.mode));
    writeOptional(out, "name", network.name);
    writeOptional(out, "labels", network.labels);
}

void writeConstraint(JsonWriter& out, const Constraint& constraint) {
    out.key("fieldName").text(constraint.field);
    out.key("operator").text(kConstraintOperators.name(constraint.comparison));
    writeOptional(out, "value", constraint.value);
}

void writeUnreachable(JsonWriter& out, const std::optional<UnreachableStrategy>& strategy) {
    if (!strategy) {
        out.key("unreachableStrategy").text("disabled");
        return;
    }
    writeObject(out, "unreachableStrategy", [&] {
        out.key("inactiveAfterSeconds").number(strategy->inactiveAfterSeconds);
        out.key("expungeAfterSeconds").number(strategy->expungeAfterSeconds);
    });
}

void writeScheduling(JsonWriter& out, const Scheduling& scheduling) {
    writeObject(out, "backoff", [&] {
        out.key("backoff").number(scheduling.backoff.seconds);
        out.key("backoffFactor").number(scheduling.backoff.factor);
        out.key("maxLaunchDelay").number(scheduling.backoff.maxSeconds);
    });
    writeObject(out, "upgrade", [&] {
        out.key("minimumHealthCapacity").number(scheduling.upgrade.minimumHealthCapacity);
        out.key("maximumOverCapacity").number(scheduling.upgrade.maximumOverCapacity);
    });
    if (!scheduling.constraints.empty() || !scheduling.acceptedResourceRoles.empty())
        writeObject(out, "placement", [&] {
            writeObjects(out, "constraints", scheduling.constraints, writeConstraint);
            writeTexts(out, "acceptedResourceRoles", scheduling.acceptedResourceRoles);
        });
    out.key("killSelection").text(kKillSelections.name(scheduling.killSelection));
    writeUnreachable(out, scheduling.unreachable);
}

void writePod(JsonWriter& out, const PodSpec& spec) {
    out.key("id").text(spec.id);
    writeOptional(out, "labels", spec.labels);
    writeOptional(out, "user", spec.user);
    writeEnvironment(out, spec.environment);
    writeObjects(out, "containers", spec.containers, writeContainer);
    if (!spec.secrets.empty())
        writeObject(out, "secrets", [&] {
            for (const auto& [name, source] : spec.secrets)
                writeObject(out, name, [&, &from = source] { out.key("source").text(from); });
        });
    writeObjects(out, "volumes", spec.volumes, writeVolume);
    writeObjects(out, "networks", spec.networks, writeNetwork);
    writeObject(out, "scaling", [&] {
        out.key("kind").text("fixed");
        out.key("instances").number(spec.instances);
    });
    writeObject(out, "scheduling", [&] { writeScheduling(out, spec.scheduling); });
    writeObject(out, "executorResources", [&] {
        out.key("cpus").number(spec.executorResources.cpus);
        out.key("mem").number(spec.executorResources.mem);
        out.key("disk").number(spec.executorResources.disk);
    });
    out.key("role").text(spec.role);
    writeLinuxInfo(out, spec);
    out.key("legacySharedCgroups").boolean(spec.legacySharedCgroups);
}

}  // namespace

std::string canonicalJson(const PodSpec& spec) {
    JsonWriter out;
    out.open('{');
    writePod(out, spec);
    out.close('}');
    return out.take();
}

}  // namespace podd
