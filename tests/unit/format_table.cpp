// SPDX-License-Identifier: LGPL-2.1-or-later
#include "format_table.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "base/strings.h"

namespace podd::testing {

namespace {

// '!' = required. num and int: least and most; text: bytes, least and most; enum: its words.
constexpr std::string_view kTable = R"(
! object
! /id id
  /labels object
! /labels/* text 0 1000000
  /version time
  /user user
  /environment object
! /environment/* variable
! /environment/*/secret text 1 255
! /containers list
! /containers/# object
! /containers/#/name name
  /containers/#/exec object
! /containers/#/exec/command object
  /containers/#/exec/command/shell text 1 131071
  /containers/#/exec/command/argv list
! /containers/#/exec/command/argv/0 text 1 131071
! /containers/#/exec/command/argv/# argument
  /containers/#/exec/overrideEntrypoint bool
! /containers/#/resources object
  /containers/#/resources/cpus num 0.001 65536
  /containers/#/resources/mem num 0.001 1073741824
  /containers/#/resources/disk num 0 1073741824
  /containers/#/resources/gpus int 0 1024
  /containers/#/resourceLimits object
  /containers/#/resourceLimits/cpus limit 0.001 65536
  /containers/#/resourceLimits/mem limit 0.001 1073741824
  /containers/#/endpoints list
! /containers/#/endpoints/# object
! /containers/#/endpoints/#/name name
  /containers/#/endpoints/#/containerPort int 1 65535
  /containers/#/endpoints/#/hostPort int 0 65535
  /containers/#/endpoints/#/protocol list
! /containers/#/endpoints/#/protocol/# text 1 63
  /containers/#/endpoints/#/labels object
! /containers/#/endpoints/#/labels/* text 0 1000000
  /containers/#/endpoints/#/networkNames list
! /containers/#/endpoints/#/networkNames/# network
  /containers/#/image object
! /containers/#/image/kind enum DOCKER
! /containers/#/image/id text 1 1024
  /containers/#/image/pullConfig object
! /containers/#/image/pullConfig/secret text 1 255
  /containers/#/image/forcePull bool
  /containers/#/image/labels object
! /containers/#/image/labels/* text 0 1000000
  /containers/#/environment object
! /containers/#/environment/* variable
  /containers/#/user user
  /containers/#/healthCheck object
  /containers/#/healthCheck/http object
! /containers/#/healthCheck/http/endpoint name
  /containers/#/healthCheck/http/path text 1 1024
  /containers/#/healthCheck/http/scheme enum HTTP HTTPS
  /containers/#/healthCheck/tcp object
! /containers/#/healthCheck/tcp/endpoint name
  /containers/#/healthCheck/exec object
! /containers/#/healthCheck/exec/command object
  /containers/#/healthCheck/exec/command/shell text 1 131071
  /containers/#/healthCheck/exec/command/argv list
! /containers/#/healthCheck/exec/command/argv/0 text 1 131071
  /containers/#/healthCheck/gracePeriodSeconds int 0 2147483647
  /containers/#/healthCheck/intervalSeconds int 1 2147483647
  /containers/#/healthCheck/maxConsecutiveFailures int 0 2147483647
  /containers/#/healthCheck/timeoutSeconds int 0 2147483647
  /containers/#/healthCheck/delaySeconds int 0 2147483647
  /containers/#/check object
  /containers/#/check/http object
! /containers/#/check/http/endpoint name
  /containers/#/check/http/path text 1 1024
  /containers/#/check/http/scheme enum HTTP HTTPS
  /containers/#/check/tcp object
! /containers/#/check/tcp/endpoint name
  /containers/#/check/exec object
! /containers/#/check/exec/command object
  /containers/#/check/exec/command/shell text 1 131071
  /containers/#/check/exec/command/argv list
! /containers/#/check/exec/command/argv/0 text 1 131071
! /containers/#/check/exec/command/argv/# argument
  /containers/#/check/intervalSeconds int 1 2147483647
  /containers/#/check/timeoutSeconds int 0 2147483647
  /containers/#/check/delaySeconds int 0 2147483647
  /containers/#/volumeMounts list
! /containers/#/volumeMounts/# object
! /containers/#/volumeMounts/#/name name
! /containers/#/volumeMounts/#/mountPath mountPath
  /containers/#/volumeMounts/#/readOnly bool
  /containers/#/artifacts list
! /containers/#/artifacts/# object
! /containers/#/artifacts/#/uri text 1 1024
  /containers/#/artifacts/#/extract bool
  /containers/#/artifacts/#/executable bool
  /containers/#/artifacts/#/cache bool
  /containers/#/artifacts/#/destPath path
  /containers/#/labels object
! /containers/#/labels/* text 0 1000000
  /containers/#/lifecycle object
  /containers/#/lifecycle/killGracePeriodSeconds num 0 86400
  /containers/#/tty bool
  /containers/#/linuxInfo object
  /containers/#/linuxInfo/seccomp object
  /containers/#/linuxInfo/seccomp/profileName text 1 1024
  /containers/#/linuxInfo/seccomp/unconfined bool
  /containers/#/linuxInfo/ipcInfo object
! /containers/#/linuxInfo/ipcInfo/mode enum PRIVATE SHARE_PARENT
  /containers/#/linuxInfo/ipcInfo/shmSize int 0 1048576
  /secrets object
! /secrets/* object
! /secrets/*/source text 1 1024
  /volumes list
! /volumes/# object
! /volumes/#/name name
  /volumes/#/host hostPath
  /volumes/#/secret text 1 255
  /volumes/#/persistent object
! /volumes/#/persistent/size num 0 1073741824
  /volumes/#/persistent/type enum root path mount
  /volumes/#/persistent/maxSize num 0 1073741824
  /volumes/#/persistent/profileName text 1 1024
  /volumes/#/persistent/constraints list
! /volumes/#/persistent/constraints/# triple
! /volumes/#/persistent/constraints/#/# either
  /networks list
! /networks/# object
  /networks/#/mode enum container container/bridge host
  /networks/#/name network
  /networks/#/labels object
! /networks/#/labels/* text 0 1000000
  /scaling object
! /scaling/kind fixed
  /scaling/instances int 0 1000
  /scheduling object
  /scheduling/backoff object
  /scheduling/backoff/backoff num 0 2147483647
  /scheduling/backoff/backoffFactor num 0 1000
  /scheduling/backoff/maxLaunchDelay num 0 2147483647
  /scheduling/upgrade object
  /scheduling/upgrade/minimumHealthCapacity num 0 1
  /scheduling/upgrade/maximumOverCapacity num 0 1
  /scheduling/placement object
  /scheduling/placement/constraints list
! /scheduling/placement/constraints/# object
! /scheduling/placement/constraints/#/fieldName text 1 1024
! /scheduling/placement/constraints/#/operator enum UNIQUE CLUSTER GROUP_BY LIKE UNLIKE MAX_PER IS
  /scheduling/placement/constraints/#/value either
  /scheduling/placement/acceptedResourceRoles list
! /scheduling/placement/acceptedResourceRoles/# role
  /scheduling/killSelection enum YOUNGEST_FIRST OLDEST_FIRST
  /scheduling/unreachableStrategy unreachable
  /scheduling/unreachableStrategy/inactiveAfterSeconds int 0 2147483647
  /scheduling/unreachableStrategy/expungeAfterSeconds int 0 2147483647
  /executorResources object
  /executorResources/cpus num 0.1 65536
  /executorResources/mem num 32 1073741824
  /executorResources/disk num 10 1073741824
  /role role
  /linuxInfo object
  /linuxInfo/ipcInfo object
! /linuxInfo/ipcInfo/mode enum PRIVATE SHARE_PARENT
  /linuxInfo/ipcInfo/shmSize int 0 1048576
  /linuxInfo/ipAddressAllow list
! /linuxInfo/ipAddressAllow/# prefix
  /linuxInfo/ipAddressDeny list
! /linuxInfo/ipAddressDeny/# prefix
  /legacySharedCgroups bool
)";

bool isControl(char c) {
    return (c >= 0 && c < 0x20) || c == 0x7F;
}

bool hasAny(const std::string& text, const std::string& characters) {
    return text.find_first_of(characters) != std::string::npos || std::any_of(text.begin(), text.end(), isControl);
}

bool isName(const std::string& text, const std::string& inner) {
    static const std::string kPlain = "abcdefghijklmnopqrstuvwxyz0123456789";
    return !text.empty() && text.size() <= 63 && kPlain.find(text.front()) != std::string::npos &&
           kPlain.find(text.back()) != std::string::npos && text.find_first_not_of(kPlain + inner) == std::string::npos;
}

// "/a/../b" is "/b"; a path that leads out of the root gives "".
std::string resolved(const std::string& id) {
    std::vector<std::string> kept;
    const std::vector<std::string> parts = split(id, '/');
    for (size_t i = 1; i < parts.size(); ++i) {
        if (parts[i] == ".." && kept.empty())
            return "";
        if (parts[i] == "..")
            kept.pop_back();
        else if (parts[i] != "." && !(parts[i].empty() && i + 1 == parts.size()))
            kept.push_back(parts[i]);
    }
    return "/" + join(kept, "/");
}

bool isId(const std::string& text) {
    if (text.empty() || text.front() != '/' || text.size() > 200 || text.ends_with("/.") || text.ends_with("/.."))
        return false;
    const std::string id = resolved(text);
    if (id.size() < 2)
        return false;
    for (const std::string& segment : split(id.substr(1), '/'))
        for (const std::string& label : split(segment, '.'))
            if (!isName(label.substr(0, 63), "-") || !isName("a" + label.substr(label.size() - 1), ""))
                return false;
    const std::string last = id.substr(id.rfind('/') + 1);
    return last != "restart" && last != "tasks" && last != "versions";
}

bool isPath(const std::string& text) {
    if (text.empty() || text.size() > 1024 || text.find_first_not_of("/.") == std::string::npos)
        return false;
    const std::vector<std::string> parts = split(text, '/');
    return std::none_of(parts.begin(), parts.end(),
                        [](const std::string& part) { return part == ".." || part.size() > 255; });
}

bool isRoot(const std::string& text) {
    return text.starts_with('/') && text.size() <= 1024 && text.find("..") == std::string::npos &&
           text.find_first_not_of("/.") == std::string::npos;
}

bool isMountPath(const std::string& text) {
    const std::vector<std::string> parts = split(text.ends_with('/') ? text.substr(0, text.size() - 1) : text, '/');
    return isPath(text) && std::none_of(parts.begin() + (text.starts_with('/') ? 1 : 0), parts.end(),
                                        [](const std::string& part) { return part.empty() || part == "."; });
}

bool isUser(const std::string& text) {
    const bool number = text.find_first_not_of("0123456789") == std::string::npos;
    if (number && (text.size() > 10 || std::strtoull(text.c_str(), nullptr, 10) > 4294967294))
        return false;
    return !text.empty() && text.size() <= 255 && !hasAny(text, ":/") && text[0] != '-' && text[0] != '+';
}

bool isRole(const std::string& text) {
    const std::vector<std::string> parts = split(text, '/');
    return text == "*" || (text.size() <= 255 && !hasAny(text, " *") &&
                           std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
                               return part.empty() || part == "." || part == ".." || part[0] == '-';
                           }));
}

// A word in lower case, or an address and a length, with no bits beyond it.
bool isIpPrefix(const std::string& text) {
    if (text == "any" || text == "localhost" || text == "link-local" || text == "multicast")
        return true;
    const std::string address = text.substr(0, text.find('/'));
    const bool four = address.find(':') == std::string::npos;
    std::array<unsigned char, 16> bytes{}, whole{};
    const std::string length = text.size() > address.size() ? text.substr(address.size() + 1) : four ? "32" : "128";
    const int family = four ? AF_INET : AF_INET6;
    if (::inet_pton(family, address.c_str(), whole.data()) != 1 || length.empty() || length.size() > 3 ||
        length.find_first_not_of("0123456789") != std::string::npos || std::stoul(length) > (four ? 32U : 128U) ||
        std::to_string(std::stoul(length)) != length)
        return false;
    bytes = whole;
    for (size_t bit = std::stoul(length); bit < 128; ++bit)
        bytes.at(bit / 8) = static_cast<unsigned char>(bytes.at(bit / 8) & ~(0x80U >> bit % 8));
    return bytes == whole;
}

bool isTime(const std::string& text) {
    return text.size() >= 20 && text.size() <= 40 && text.find_first_not_of("0123456789-:.TZ+") == std::string::npos &&
           text.find('T') == 10 && text.rfind('T') == 10 && text[4] == '-' && text[13] == ':';
}

bool isOneOf(const std::string& text, const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
        return std::equal(word.begin(), word.end(), text.begin(), text.end(), [](char a, char b) {
            return std::tolower(a) == std::tolower(static_cast<unsigned char>(b));
        });
    });
}

bool inRange(const FieldRule& rule, const Json::Value& value) {
    return value.isNumeric() && value.asDouble() >= std::stod(rule.arguments[0]) &&
           value.asDouble() <= std::stod(rule.arguments[1]);
}

bool takesText(const FieldRule& rule, const std::string& text) {
    const std::string& type = rule.type;
    for (const char* none : {"\uFFFE", "\U0001FFFF", "\uFDD0"})
        if (text.find(none) != std::string::npos)
            return false;
    if (type == "text")
        return text.size() >= std::stoul(rule.arguments[0]) && text.size() <= std::stoul(rule.arguments[1]);
    if (type == "variable" || type == "argument")
        return text.size() <= 131000;  // no test comes nearer to the bound
    if (type == "enum")
        return isOneOf(text, rule.arguments);
    static const std::map<std::string, std::function<bool(const std::string&)>> kTypes = {
        {"id", isId},
        {"name", [](const std::string& each) { return isName(each, "-"); }},
        {"network", [](const std::string& each) { return isName(each, "-_"); }},
        {"path", isPath},
        {"hostPath", [](const std::string& each) { return isPath(each) || isRoot(each); }},
        {"mountPath", isMountPath},
        {"user", isUser},
        {"role", isRole},
        {"prefix", isIpPrefix},
        {"time", isTime},
        {"limit", [](const std::string& each) { return each == "unlimited"; }},
        {"fixed", [](const std::string& each) { return each == "fixed"; }},
        {"unreachable", [](const std::string& each) { return isOneOf(each, {"disabled"}); }},
    };
    const auto found = kTypes.find(type);
    return found != kTypes.end() && found->second(text);
}

}  // namespace

const std::map<std::string, FieldRule>& formatTable() {
    static const std::map<std::string, FieldRule> kRules = [] {
        std::map<std::string, FieldRule> rules;
        for (const std::string& line : split(kTable, '\n')) {
            std::vector<std::string> words = split(line, ' ');
            if (line.empty())
                continue;
            const bool required = words[0] == "!";
            words.erase(words.begin(), words.begin() + (required ? 1 : 2));
            if (!words[0].starts_with('/'))
                words.insert(words.begin(), "");
            rules[words[0]] = {required, words[1], {words.begin() + 2, words.end()}};
        }
        return rules;
    }();
    return kRules;
}

std::string patternOf(const std::string& pointer) {
    std::string pattern;
    const std::vector<std::string> tokens = split(pointer, '/');
    for (size_t i = 1; i < tokens.size(); ++i) {
        for (const std::string& candidate : {tokens[i], std::string("#"), std::string("*"), std::string()}) {
            if (candidate.empty())
                return "";
            if (formatTable().contains(pattern + "/" + candidate)) {
                pattern += "/" + candidate;
                break;
            }
        }
    }
    return pattern;
}

std::vector<std::string> fieldsOf(const std::string& pattern) {
    std::vector<std::string> fields;
    for (const auto& [each, rule] : formatTable())
        if (each.starts_with(pattern + "/") && each.find('/', pattern.size() + 1) == std::string::npos)
            fields.push_back(each.substr(pattern.size() + 1));
    return fields;
}

Verdict verdictOf(const FieldRule& rule, const Json::Value& value) {
    const std::string& type = rule.type;
    const auto verdict = [](bool taken) { return taken ? Verdict::taken : Verdict::refused; };
    if (value.isNull())
        return verdict(!rule.required);
    if (type == "either")
        return value.isString() ? Verdict::either : Verdict::refused;
    if (value.isString())
        return verdict(takesText(rule, value.asString()));
    if (type == "object" || type == "variable" || type == "unreachable")
        return verdict(value.isObject());
    if (type == "list" || type == "triple")
        return verdict(value.isArray());
    if (type == "bool")
        return verdict(value.isBool());
    if (type == "int")
        return verdict(inRange(rule, value) && value.asDouble() == std::floor(value.asDouble()));
    return verdict((type == "num" || type == "limit") && inRange(rule, value));
}

}  // namespace podd::testing
