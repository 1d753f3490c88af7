// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/strings.h"
#include "network/cni_config.h"
#include "network/cni_json.h"
#include "network/cni_plugin.h"

namespace podd {

namespace {

constexpr size_t kMaxStateSize = size_t{4} << 20;  // a configuration and a result, escaped once more
constexpr size_t kMaxInterface = 15;               // IFNAMSIZ without its NUL
constexpr std::string_view kUnfinished = "new";    // what writeFileAtomically() puts behind a name
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Injective, and within what a container's id may have: prod-web\x2d1-3 -> podd-prod-web_5cx2d1-3.
std::string containerId(const std::string& instance) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string id = "podd-";
    for (const char c : instance) {
        const auto byte = static_cast<unsigned char>(c);
        if (isAlphanumeric(c) || c == '-' || c == '.')
            id += c;
        else
            id.append(1, '_').append(1, kHex[byte >> 4]).append(1, kHex[byte & 0xF]);
    }
    return id;
}

// Plugins divide what they get here at ';' and '='; no id of a pod has one.
std::string pluginArguments(const std::string& pod) {
    std::string name = pod.substr(pod.starts_with('/') ? 1 : 0);
    std::replace(name.begin(), name.end(), '/', '-');
    return cat("IgnoreUnknown=1", name.empty() ? "" : ";K8S_POD_NAME=", name);
}

// As parts of a file's name, from which they have to be told apart again.
void checkNames(const CniRequest& request) {
    const bool isInterface = !request.interface.empty() && request.interface.size() <= kMaxInterface &&
                             request.interface != kUnfinished &&
                             std::all_of(request.interface.begin(), request.interface.end(),
                                         [](char c) { return isAlphanumeric(c) || c == '-' || c == '_'; });
    if (!isInterface)
        throw Error(Errc::badDefinition, cat("interface ", quoted(request.interface), ": is no name for one"));
    if (request.instance.empty() || request.instance.find('/') != std::string::npos)
        throw Error(Errc::noSuchInstance, cat("instance ", quoted(request.instance), ": is no name of one"));
}

// One interface of an instance: what is kept of it, and the calls of plugins that follow.
class Attachment {
public:
    Attachment(const CniSettings& settings, CniState state, std::string path)
        : settings_(settings),
          state_(std::move(state)),
          path_(std::move(path)),
          network_(parseCniNetwork(state_.configuration, path_)) {}

    static Attachment read(const CniSettings& settings, const std::string& path) {
        CniState state = within(path, [&] { return parseCniState(readFile(path, kMaxStateSize)); });
        return {settings, std::move(state), path};
    }

    const std::string& network() const { return network_.name; }

    CniResult add() {
        record();
        try {
            PODD_FAILPOINT("cni.recorded");
            CniResult result;
            for (size_t i = 0; i < network_.plugins.size(); ++i)
                result = addOne(i);
            return result;
        } catch (const std::exception& failure) {
            const std::string trouble = remove(state_.netns);
            if (trouble.empty())
                throw;
            throw Error(Errc::unavailable, cat(failure.what(), "; taking it back: ", trouble));
        }
    }

    void check(const std::string& netns) const {
        if (!state_.complete)
            throw Error(Errc::unavailable, "was not made to its end");
        for (size_t i = 0; network_.hasCheck() && i < network_.plugins.size(); ++i)
            within(step(i, "CHECK"), [&] { return call(i, "CHECK", netns, state_.result); });
    }

    // What failed, joined by "; "; "" = there is nothing of it any more.
    std::string remove(const std::string& netns) {
        std::vector<std::string> troubles;
        for (size_t i = network_.plugins.size(); i-- > 0;) {
            try {
                within(step(i, "DEL"),
                       [&] { return call(i, "DEL", netns, network_.deletesWithResult() ? state_.result : ""); });
            } catch (const Error& failure) {
                if (failure.code() != Errc::notSupported)  // it does not even speak this version: it has made nothing
                    troubles.emplace_back(failure.what());
            }
        }
        PODD_CRASHPOINT("cni.deleted");
        if (troubles.empty() && ::unlink(path_.c_str()) < 0 && errno != ENOENT)
            troubles.push_back(cat("remove ", quoted(path_), ": ", errnoText(errno)));
        return join(troubles, "; ");
    }

private:
    CniResult addOne(size_t index) {
        return within(step(index, "ADD"), [&] {
            std::string printed = call(index, "ADD", state_.netns, state_.result);
            CniResult result = parseCniResult(printed);
            PODD_FAILPOINT("cni.added");
            state_.result = std::move(printed);
            state_.complete = index + 1 == network_.plugins.size();
            record();
            return result;
        });
    }

    std::string step(size_t index, const char* command) const {
        return cat("plugin ", quoted(network_.plugins[index].type), ": ", command);
    }

    std::string call(size_t index, const std::string& command, const std::string& netns,
                     const std::string& previous) const {
        const CniRequest& request = state_.request;
        const std::string program = findCniPlugin(network_.plugins[index].type, settings_.pluginDirectories);
        const std::vector<std::string> environment{
            "CNI_COMMAND=" + command,
            "CNI_CONTAINERID=" + containerId(request.instance),
            "CNI_NETNS=" + netns,
            "CNI_IFNAME=" + request.interface,
            "CNI_ARGS=" + pluginArguments(request.pod),
            "CNI_PATH=" + join(settings_.pluginDirectories, ":"),
            kPath,
        };
        const std::string input = cniPluginInput(state_.configuration, network_, index, request.ports, previous);
        return runCniPlugin(program, environment, input, settings_.timeoutUsec);
    }

    void record() const { writeFileAtomically(path_, cniStateText(state_), Durability::volatileFile, 0600); }

    const CniSettings& settings_;
    CniState state_;
    std::string path_;
    CniNetwork network_;
};

// Throws when one is not installed: what has been begun without it could not be taken back without it either.
void checkPlugins(const CniSettings& settings, const CniNetwork& network) {
    for (const CniPlugin& plugin : network.plugins)
        within(cat("plugin ", quoted(plugin.type)),
               [&] { return findCniPlugin(plugin.type, settings.pluginDirectories); });
}

struct StateName {
    std::string instance;
    std::string interface;
};

// Of all interfaces, in the order in which they are made: eth2 before eth10.
std::vector<StateName> stateNames(const CniSettings& settings) {
    std::vector<StateName> names;
    for (const std::string& file : listDirectory(settings.stateDirectory)) {
        const size_t dot = file.rfind('.');
        if (dot != std::string::npos && file.substr(dot + 1) != kUnfinished)
            names.push_back({file.substr(0, dot), file.substr(dot + 1)});
    }
    std::stable_sort(names.begin(), names.end(),
                     [](const StateName& a, const StateName& b) { return a.interface.size() < b.interface.size(); });
    return names;
}

std::string statePath(const CniSettings& settings, const std::string& instance, const std::string& interface) {
    return cat(settings.stateDirectory, '/', instance, '.', interface);
}

// Calls `work` with each attachment of an instance, and throws what failed only then.
template <typename Work>
void eachAttachment(const CniSettings& settings, const std::string& instance, bool backwards, Work&& work) {
    std::vector<std::string> paths;
    for (const StateName& name : stateNames(settings))
        if (name.instance == instance)
            paths.push_back(statePath(settings, instance, name.interface));
    if (backwards)
        std::reverse(paths.begin(), paths.end());
    std::vector<std::string> troubles;
    for (const std::string& path : paths) {
        try {
            Attachment attachment = Attachment::read(settings, path);
            within(cat("network ", quoted(attachment.network())), [&] { work(attachment); });
        } catch (const std::exception& failure) {
            troubles.emplace_back(failure.what());
        }
    }
    if (!troubles.empty())
        throw Error(Errc::unavailable, join(troubles, "; "));
}

}  // namespace

std::vector<std::string> Cni::networks() const {
    std::vector<std::string> names;
    for (const CniConfiguration& each : readCniDirectory(settings_.configDirectory).configurations)
        names.push_back(each.network.name);
    return names;
}

std::optional<std::string> Cni::whyNot(const std::string& network) const {
    try {
        within(cat("network ", quoted(network)), [&] {
            const CniDirectory directory = readCniDirectory(settings_.configDirectory);
            checkPlugins(settings_, directory.find(network).network);
        });
    } catch (const Error& why) {
        return why.what();
    }
    return std::nullopt;
}

CniResult Cni::add(const CniRequest& request, const std::string& netnsPath) const {
    return within(cat("network ", quoted(request.network)), [&] {
        checkNames(request);
        const CniDirectory directory = readCniDirectory(settings_.configDirectory);
        const CniConfiguration& configuration = directory.find(request.network);
        checkPlugins(settings_, configuration.network);
        makeDirectories(settings_.stateDirectory);
        const std::string path = statePath(settings_, request.instance, request.interface);
        if (::access(path.c_str(), F_OK) == 0)
            if (const std::string trouble = Attachment::read(settings_, path).remove(netnsPath); !trouble.empty())
                throw Error(Errc::unavailable, cat("what was there before: ", trouble));
        return Attachment(settings_, {request, netnsPath, configuration.text, "", false}, path).add();
    });
}

void Cni::check(const std::string& instance, const std::string& netnsPath) const {
    eachAttachment(settings_, instance, /* backwards= */ false, [&](Attachment& each) { each.check(netnsPath); });
}

void Cni::remove(const std::string& instance, const std::string& netnsPath) const {
    eachAttachment(settings_, instance, /* backwards= */ true, [&](Attachment& each) {
        if (const std::string trouble = each.remove(netnsPath); !trouble.empty())
            throw Error(Errc::unavailable, trouble);
    });
}

std::vector<std::string> Cni::instances() const {
    std::vector<std::string> all;
    for (const StateName& name : stateNames(settings_))
        all.push_back(name.instance);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

}  // namespace podd
