// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_json.h"

#include <json/reader.h>
#include <json/value.h>
#include <json/writer.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/strings.h"
#include "model/ip_prefix.h"
#include "model/json_text.h"
#include "model/node_json.h"

namespace podd {

namespace {

// Oldest first. Before them results had another form.
const std::vector<std::string> kVersions = {"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"};

// The higher the newer; 0 = not one of them.
size_t rankOf(std::string_view version) {
    const auto found = std::find(kVersions.begin(), kVersions.end(), version);
    return found == kVersions.end() ? 0 : static_cast<size_t>(found - kVersions.begin()) + 1;
}

// ^[a-zA-Z0-9][a-zA-Z0-9_.\-]*$
std::optional<std::string> whyNotName(std::string_view text) {
    const auto isPlain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    if (text.empty())
        return "must not be empty";
    const bool valid = isPlain(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
                           return isPlain(c) || c == '_' || c == '.' || c == '-';
                       });
    return valid
               ? std::nullopt
               : std::optional<std::string>("must begin with a letter or digit, and has only those, '_', '.' and '-'");
}

std::optional<std::string> whyNotType(std::string_view text) {
    if (text.empty())
        return "must not be empty";
    if (text == "." || text == ".." || text.find('/') != std::string_view::npos)
        return "must be the name of a file, without a directory";
    return std::nullopt;
}

std::optional<std::string> whyNotAddress(std::string_view text) {
    const bool isPlain = text.find_first_of(".:") != std::string_view::npos && text.find('/') == std::string_view::npos;
    return isPlain && !whyNotIpPrefix(text) ? std::nullopt : std::optional<std::string>("is no address");
}

std::optional<std::string> whyNotAddressWithLength(std::string_view text) {
    const size_t slash = text.find('/');
    const std::string_view address = text.substr(0, slash);
    const std::optional<uint64_t> length =
        slash == std::string_view::npos ? std::nullopt : parseUnsigned(text.substr(slash + 1));
    const bool valid =
        !whyNotAddress(address) && length && *length <= (address.find(':') == std::string_view::npos ? 32 : 128);
    return valid ? std::nullopt : std::optional<std::string>("is no address with the length of its prefix");
}

// The members of an object that are not null; none, and a problem, when it is something else.
template <typename Read>
void eachMember(const Node& object, Read&& read) {
    for (const Node& member : object.members(kMaxJsonValues))
        if (!member.isNull())
            read(member);
}

std::vector<std::string> texts(const Node& list, Rule whyNot) {
    std::vector<std::string> all;
    for (const Node& item : list.items(0, kMaxJsonValues))
        all.push_back(item.text(whyNot));
    return all;
}

std::optional<std::string> anyText(std::string_view) {
    return std::nullopt;
}

// true, or "true" as others take it, too.
bool looseBoolean(const Node& from) {
    return from.isString() ? from.text() == "true" : from.boolean();
}

void readPlugin(const Node& from, CniNetwork& to) {
    CniPlugin& plugin = to.plugins.emplace_back();
    eachMember(from, [&](const Node& member) {
        if (member.key() == "type")
            plugin.type = member.text(whyNotType);
        else if (member.key() == "runtimeConfig" && !member.isObject())
            member.refuseType("an object");
        else if (member.key() == "capabilities")
            eachMember(member, [&](const Node& capability) {
                if (capability.key() == "portMappings")
                    plugin.portMappings = capability.boolean();
            });
    });
    if (from.isObject() && !from.gives("type"))
        from.refuseMissing("type", "is missing");
}

void readNetwork(const Node& root, CniNetwork& to) {
    std::vector<std::string> versions;
    eachMember(root, [&](const Node& member) {
        if (member.key() == "name")
            to.name = member.text(whyNotName);
        else if (member.key() == "cniVersion")
            versions.push_back(member.text());
        else if (member.key() == "cniVersions")
            for (std::string& version : texts(member, anyText))
                versions.push_back(std::move(version));
        else if (member.key() == "disableCheck")
            to.disableCheck = looseBoolean(member);
        else if (member.key() == "plugins")
            for (const Node& plugin : member.items(1, kMaxJsonValues))
                readPlugin(plugin, to);
    });
    if (!root.isObject())
        return;
    if (!root.gives("plugins"))
        readPlugin(root, to);
    if (!root.gives("name"))
        root.refuseMissing("name", "is missing");
    for (const std::string& version : versions)
        if (rankOf(version) > rankOf(to.version))
            to.version = version;
    if (to.version.empty())
        root.refuseMissing("cniVersion", cat("must be one of ", join(kVersions, ", ")));
}

void readDns(const Node& from, CniResult& to) {
    std::string domain;
    eachMember(from, [&](const Node& member) {
        if (member.key() == "nameservers")
            to.nameservers = texts(member, whyNotAddress);
        else if (member.key() == "search")
            to.searches = texts(member, anyText);
        else if (member.key() == "domain")
            domain = member.text();
    });
    if (to.searches.empty() && !domain.empty())
        to.searches.push_back(domain);
}

void readResult(const Node& root, CniResult& to) {
    eachMember(root, [&](const Node& member) {
        if (member.key() == "dns")
            return readDns(member, to);
        if (member.key() != "ips")
            return;
        for (const Node& ip : member.items(0, kMaxJsonValues)) {
            eachMember(ip, [&](const Node& part) {
                if (part.key() == "address")
                    to.addresses.push_back(part.text(whyNotAddressWithLength));
                else if (part.key() == "gateway" && !(part.isString() && part.text().empty()))
                    to.gateways.push_back(part.text(whyNotAddress));
            });
            if (ip.isObject() && !ip.gives("address"))
                ip.refuseMissing("address", "is missing");
        }
    });
}

// Reads a whole text, or throws what is wrong with it first.
void read(std::string_view text, const std::string& name, Errc code, const std::function<void(const Node&)>& from) {
    const std::vector<Problem> problems =
        readJson(text, /* strict= */ false, [&](const Node& root, Findings&) { from(root); });
    for (const Problem& problem : problems)
        if (problem.severity == Problem::Severity::error)
            throw Error(code, describe(problem, name));
}

// Of a text that passed checkJson(), or that podd itself has written.
Json::Value parsed(const std::string& text) {
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    Json::Value value;
    if (!reader->parse(text.data(), text.data() + text.size(), &value, nullptr))
        throw Error(Errc::internal, "is no JSON");
    return value;
}

std::string written(const Json::Value& value) {
    Json::StreamWriterBuilder builder;
    builder["indentation"] = "";
    return Json::writeString(builder, value) + '\n';
}

// As plugins read them, and as they are kept.
Json::Value portMappings(const std::vector<CniPort>& ports) {
    Json::Value list(Json::arrayValue);
    for (const CniPort& port : ports) {
        Json::Value& mapping = list.append(Json::objectValue);
        mapping["hostPort"] = port.hostPort;
        mapping["containerPort"] = port.containerPort;
        mapping["protocol"] = port.udp ? "udp" : "tcp";
    }
    return list;
}

// The texts of a state, once for writing and once for reading.
template <typename Subject, typename Member>
void stateTexts(Subject& state, Member&& member) {
    member("instance", state.request.instance), member("network", state.request.network);
    member("interface", state.request.interface), member("pod", state.request.pod);
    member("netns", state.netns), member("configuration", state.configuration), member("result", state.result);
}

}  // namespace

bool CniNetwork::hasCheck() const {
    return !disableCheck && rankOf(version) >= rankOf("0.4.0");
}

bool CniNetwork::deletesWithResult() const {
    return rankOf(version) >= rankOf("0.4.0");
}

CniNetwork parseCniNetwork(std::string_view text, const std::string& path) {
    CniNetwork network;
    read(text, path, Errc::notSupported, [&](const Node& root) { readNetwork(root, network); });
    return network;
}

std::string cniPluginInput(const std::string& text, const CniNetwork& network, size_t index,
                           const std::vector<CniPort>& ports, const std::string& previous) {
    const Json::Value whole = parsed(text);
    Json::Value input = whole["plugins"].isNull() ? whole : whole["plugins"][static_cast<Json::ArrayIndex>(index)];
    input["name"] = network.name;
    input["cniVersion"] = network.version;
    if (network.plugins[index].portMappings && !ports.empty())
        input["runtimeConfig"]["portMappings"] = portMappings(ports);
    if (!previous.empty())
        input["prevResult"] = parsed(previous);
    return written(input);
}

CniResult parseCniResult(std::string_view text) {
    CniResult result;
    read(text, "output", Errc::unavailable, [&](const Node& root) { readResult(root, result); });
    return result;
}

std::optional<CniFailure> parseCniFailure(std::string_view text) {
    constexpr uint64_t kIncompatible = 1;  // section "Error" of the specification
    CniFailure failure;
    std::string details;
    (void)readJson(text, /* strict= */ false, [&](const Node& root, Findings&) {
        eachMember(root, [&](const Node& member) {
            if (member.key() == "msg")
                failure.text = member.text();
            else if (member.key() == "details")
                details = member.text();
            else if (member.key() == "code")
                failure.incompatible = member.natural() == kIncompatible;
        });
    });
    if (failure.text.empty())
        return std::nullopt;
    failure.text = printable(details.empty() ? failure.text : cat(failure.text, ": ", details));
    return failure;
}

std::string cniStateText(const CniState& state) {
    Json::Value object(Json::objectValue);
    stateTexts(state, [&](const char* name, const std::string& text) { object[name] = text; });
    object["ports"] = portMappings(state.request.ports);
    object["complete"] = state.complete;
    return written(object);
}

CniState parseCniState(const std::string& text) {
    CniState state;
    try {
        const Json::Value object = parsed(text);
        stateTexts(state, [&](const char* name, std::string& to) { to = object[name].asString(); });
        for (const Json::Value& port : object["ports"])
            state.request.ports.push_back({port["protocol"] == "udp", static_cast<uint16_t>(port["hostPort"].asUInt()),
                                           static_cast<uint16_t>(port["containerPort"].asUInt())});
        state.complete = object["complete"].asBool();
    } catch (const Json::Exception& error) {
        throw Error(Errc::internal, cat("is no state of an interface: ", error.what()));
    }
    return state;
}

}  // namespace podd
