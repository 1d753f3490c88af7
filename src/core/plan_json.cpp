// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/plan_json.h"

#include <array>
#include <cstdio>
#include <type_traits>

#include "model/json_writer.h"
#include "model/resource_limits.h"

namespace podd {

namespace {

class Writer {
public:
    std::string whole(const InstancePlan& plan) {
        json_.open('{');
        text("instance", InstanceId{plan.launch.pod, plan.launch.number}.text());
        text("version", plan.launch.version);
        text("sandbox", plan.launch.sandbox);
        texts("namespaces", sharedNamespaces(plan.launch));
        text("hostname", plan.launch.hostname);
        list("directories", plan.launch.directories, [&](const DirectoryStep& each) { directory(each); });
        if (!plan.launch.files.empty())
            list("files", plan.launch.files, [&](const FileStep& each) { json_.text(each.path); });
        if (!plan.launch.sharedMemory.empty())
            text("sharedMemory", plan.launch.sharedMemory),
                text("sharedMemoryOptions", plan.launch.sharedMemoryOptions);
        texts("forbidden", plan.launch.forbidden);
        texts("confining", plan.launch.confining);
        if (!plan.launch.networks.empty())
            list("networks", plan.launch.networks, [&](const NetworkAttachment& each) { network(each); });
        if (!plan.launch.endpoints.empty())
            list("endpoints", plan.launch.endpoints, [&](const EndpointBinding& each) { endpoint(each); });
        list("containers", plan.launch.containers, [&](const ContainerPlan& each) { container(each); });
        std::vector<UnitPlan> units = {plan.executor, plan.slice};
        units.insert(units.end(), plan.scopes.begin(), plan.scopes.end());
        list("units", units, [&](const UnitPlan& each) { unit(each); });
        json_.close('}');
        return json_.take();
    }

private:
    void text(const char* key, const std::string& value) {
        if (!value.empty())
            json_.key(key).text(value);
    }
    void texts(const char* key, const std::vector<std::string>& values) {
        list(key, values, [&](const std::string& value) { json_.text(value); });
    }
    template <typename Item, typename Write>
    void list(const char* key, const std::vector<Item>& items, Write&& write) {
        json_.key(key).open('[');
        for (const Item& item : items) {
            json_.item();
            write(item);
        }
        json_.close(']');
    }

    static std::vector<std::string> sharedNamespaces(const LaunchPlan& plan) {
        std::vector<std::string> names;
        if (plan.ipcNamespace)
            names.emplace_back("ipc");
        if (plan.networkNamespace)
            names.emplace_back("net");
        if (plan.utsNamespace)
            names.emplace_back("uts");
        return names;
    }
    static std::vector<std::string> ownNamespaces(const ContainerPlan& plan) {
        std::vector<std::string> names;
        if (plan.mountNamespace)
            names.emplace_back("mount");
        if (plan.pidNamespace)
            names.emplace_back("pid");
        if (plan.ipcNamespace)
            names.emplace_back("ipc");
        for (const MountStep& step : plan.mounts)
            if (step.kind == MountKind::cgroup)
                names.emplace_back("cgroup");
        return names;
    }

    void directory(const DirectoryStep& step) {
        std::array<char, 16> mode{};
        (void)std::snprintf(mode.data(), mode.size(), "%04o", step.mode);
        json_.open('{');
        text("path", step.path);
        text("like", step.like);
        if (step.like.empty()) {
            text("owner", step.owner.empty() ? "root" : step.owner);
            text("mode", mode.data());
        }
        json_.close('}');
    }

    // Addresses that are granted at the launch are not known yet.
    void network(const NetworkAttachment& attachment) {
        json_.open('{');
        text("name", attachment.network);
        text("interface", attachment.interface);
        if (!attachment.addresses.empty())
            texts("addresses", attachment.addresses);
        json_.close('}');
    }

    // A port that is granted at the launch is not known yet.
    void endpoint(const EndpointBinding& binding) {
        json_.open('{');
        text("container", binding.container);
        text("name", binding.name);
        texts("protocols", binding.protocols());
        for (const auto& [key, port] :
             {std::pair("hostPort", binding.hostPort), std::pair("containerPort", binding.containerPort)})
            if (port != 0)
                json_.key(key).number(static_cast<double>(port));
        json_.close('}');
    }

    void mountStep(const MountStep& step) {
        json_.open('{');
        text("kind", std::string(kMountKinds.name(step.kind)));
        text("target", step.kind == MountKind::root ? "/" : step.target);
        text("source", step.source);
        text("options", step.options);
        text("volume", step.volume);
        json_.key("readOnly").boolean(step.readOnly);
        if (step.optional)
            json_.key("optional").boolean(true);
        json_.close('}');
    }

    void check(const CheckPlan& plan) {
        json_.open('{');
        text("purpose", std::string(kCheckPurposes.name(plan.purpose)));
        text("probe", std::string(kProbeKinds.name(plan.probe)));
        if (plan.probe == ProbeKind::command)
            texts("argv", plan.argv);
        if (plan.probe == ProbeKind::tcp)
            json_.key("port").number(static_cast<double>(plan.port));
        text("url", plan.url);
        json_.key("delayUSec").number(static_cast<double>(plan.delayUsec));
        json_.key("intervalUSec").number(static_cast<double>(plan.intervalUsec));
        json_.key("timeoutUSec").number(static_cast<double>(plan.timeoutUsec));
        if (plan.purpose == CheckPurpose::health) {
            json_.key("graceUSec").number(static_cast<double>(plan.graceUsec));
            json_.key("maxFailures").number(static_cast<double>(plan.maxFailures));
        }
        json_.close('}');
    }

    void container(const ContainerPlan& plan) {
        json_.open('{');
        text("name", plan.name);
        text("unit", plan.scope);
        text("user", plan.user.empty() ? "root" : plan.user);
        text("sandbox", plan.sandbox);
        texts("argv", plan.argv);
        texts("environment", plan.environment);
        texts("namespaces", ownNamespaces(plan));
        if (plan.restrictCapabilities)
            text("capabilities", plan.capabilities == 0 ? "none" : capabilityText(plan.capabilities));
        json_.key("noNewPrivileges").boolean(plan.noNewPrivileges);
        if (!plan.seccomp.empty())
            json_.key("seccompInstructions").number(static_cast<double>(plan.seccomp.size()));
        list("limits", plan.limits,
             [&](const ResourceLimit& limit) { json_.text(resourceName(limit.resource) + "=" + limitText(limit)); });
        if (plan.diskLimit > 0)
            json_.key("diskLimit").number(static_cast<double>(plan.diskLimit));
        json_.key("killGraceUSec").number(static_cast<double>(plan.killGraceUsec));
        if (!plan.checks.empty())
            list("checks", plan.checks, [&](const CheckPlan& each) { check(each); });
        list("mounts", plan.mounts, [&](const MountStep& each) { mountStep(each); });
        json_.close('}');
    }

    void unit(const UnitPlan& unit) {
        json_.open('{');
        text("name", unit.name);
        json_.key("properties").open('{');
        for (const UnitProperty& property : unit.properties) {
            json_.key(property.name);
            std::visit([&](const auto& value) { this->value(value); }, property.value);
        }
        json_.close('}');
        json_.close('}');
    }

    void value(bool value) { json_.boolean(value); }
    void value(int32_t value) { json_.number(value); }
    void value(uint64_t value) {
        if (value == UINT64_MAX)
            json_.text("infinity");
        else
            json_.number(static_cast<double>(value));
    }
    void value(const std::string& value) { json_.text(value); }
    template <typename Item>
    void value(const std::vector<Item>& items) {
        json_.open('[');
        for (const Item& item : items) {
            json_.item();
            value(item);
        }
        json_.close(']');
    }
    void value(uint32_t value) { json_.number(value); }
    void value(const IpPrefix& prefix) { json_.text(prefixText(prefix)); }
    template <typename Value>
    void value(const std::pair<std::string, Value>& pair) {
        std::string text = pair.first;
        if constexpr (std::is_integral_v<Value>)
            text += " " + std::to_string(pair.second);
        else
            text += " " + pair.second;
        json_.text(text);
    }

    JsonWriter json_;
};

}  // namespace

std::string planJson(const InstancePlan& plan) {
    return Writer().whole(plan);
}

}  // namespace podd
