// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl show: the D-Bus properties of objects, for scripts.
#include <algorithm>
#include <iostream>
#include <set>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/names_argument.h"
#include "cli/output_json.h"
#include "cli/verb.h"
#include "model/names.h"
#include "sd/names.h"

namespace podd::cli {

namespace {

// "/web.3/nginx" -> properties, or nothing when the text does not name a container.
std::optional<Properties> containerProperties(Client& client, const std::string& name) {
    const size_t slash = name.rfind('/');
    if (slash == 0 || slash == std::string::npos || !parseInstanceId(name.substr(0, slash)))
        return std::nullopt;
    client.instancePath(name.substr(0, slash));  // throws when there is no such instance
    try {
        return client.withUsage(sd::objectPath(sd::kContainerPrefix, name), sd::kContainer);
    } catch (const Error&) {
        throw Error(Errc::noSuchInstance, cat("container ", quoted(name), ": there is no such container"));
    }
}

// A '.' may be in the id of a pod, and so may a '/': the pod that is there wins.
Properties propertiesOf(Client& client, const std::string& name) {
    try {
        Properties pod = client.withUsage(client.podPath(name), sd::kPod);
        pod["Terminations"] = client.listTerminations(name);
        return pod;
    } catch (const Error& error) {
        if (error.code() != Errc::noSuchPod && error.code() != Errc::badDefinition)
            throw;
        if (std::optional<Properties> container = containerProperties(client, name))
            return *std::move(container);
        if (!parseInstanceId(name))
            throw;
    }
    return client.withUsage(client.instancePath(name), sd::kInstance);
}

// Keeps the properties that were asked for; throws when one of them is in no object.
void keepWanted(std::vector<Properties>& objects, const std::vector<std::string>& wanted) {
    if (wanted.empty())
        return;
    std::set<std::string> known;
    for (const Properties& object : objects)
        for (const auto& [name, value] : object)
            known.insert(name);
    for (const std::string& name : wanted) {
        if (known.contains(name))
            continue;
        const Words names(known.begin(), known.end());
        const std::string* hint = nearest(name, names);
        throw UsageError(
            cat("there is no property ", quoted(name), hint == nullptr ? "" : cat(", did you mean '", *hint, "'?")));
    }
    for (Properties& object : objects)
        std::erase_if(object, [&](const auto& property) {
            return std::find(wanted.begin(), wanted.end(), property.first) == wanted.end();
        });
}

void print(const Context& context, const std::vector<Properties>& objects) {
    const Pager pager(context.options.pager);
    const char* separator = "";
    for (const Properties& object : objects) {
        std::cout << separator;
        for (const auto& [name, value] : object)
            std::cout << (context.options.value ? "" : name + "=") << shown(name, value) << '\n';
        separator = "\n";
    }
}

}  // namespace

int showVerb(const Context& context, const Words& names) {
    Client client(context.options);
    std::vector<Properties> objects;
    if (names.empty())
        objects.push_back(client.properties(sd::kManagerPath, sd::kManager));
    for (const std::string& name : names)
        objects.push_back(propertiesOf(client, objectName(name)));
    keepWanted(objects, context.options.properties);
    if (context.options.json != JsonMode::off)
        std::cout << objectsJson(objects, context.options.json);
    else
        print(context, objects);
    return 0;
}

}  // namespace podd::cli
