// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/instance_record.h"

#include <boost/crc.hpp>
#include <type_traits>

namespace podd {

namespace {

constexpr std::string_view kEndpointLine = "[endpoint]";
constexpr std::string_view kNetworkLine = "[network]";
constexpr std::string_view kContainerLine = "[container]";

uint32_t checksum(std::string_view text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return crc.checksum();
}

// Texts may hold anything; a line of the file holds no line break and no backslash but ours.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\\')
            out += "\\\\";
        else
            out += c;
    }
    return out;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        if (++i == text.size() || (text[i] != 'n' && text[i] != '\\'))
            return std::nullopt;
        out += text[i] == 'n' ? '\n' : '\\';
    }
    return out;
}

// The keys of all kinds of sections, once for writing and once for reading: `line` is called with each
// member.
template <typename Record, typename Line>
void instanceLines(Record& record, Line&& line) {
    line("POD", record.pod), line("NUMBER", record.number), line("VERSION", record.version);
    line("PHASE", record.phase), line("EXECUTOR_PID", record.executorPid), line("PROBLEM", record.problem);
}

template <typename Endpoint, typename Line>
void endpointLines(Endpoint& endpoint, Line&& line) {
    line("CONTAINER", endpoint.container), line("NAME", endpoint.name), line("TCP", endpoint.tcp);
    line("UDP", endpoint.udp), line("HOST_PORT", endpoint.hostPort), line("CONTAINER_PORT", endpoint.containerPort);
    line("NETWORK", endpoint.network);
}

template <typename Network, typename Line>
void networkLines(Network& network, Line&& line) {
    line("NETWORK", network.network), line("INTERFACE", network.interface), line("LINK", network.link);
    line("ADDRESSES", network.addresses), line("GATEWAYS", network.gateways), line("DEFAULT", network.isDefault);
}

template <typename Check, typename Line>
void checkLines(const std::string& key, Check& check, Line&& line) {
    if (std::is_const_v<Check> && check.state == CheckState::none)
        return;  // nothing to write down
    line(key, check.state), line(key + "_SINCE_USEC", check.sinceUsec);
    line(key + "_FAILURES", check.failures), line(key + "_ANSWER", check.answer);
}

template <typename Record, typename Line>
void containerLines(Record& record, Line&& line) {
    line("NAME", record.name), line("PHASE", record.phase), line("PID", record.pid);
    line("STARTED_USEC", record.startedUsec), line("ENDED_USEC", record.endedUsec);
    line("EXIT_CODE", record.exitCode), line("EXIT_SIGNAL", record.exitSignal);
    line("CORE_DUMPED", record.coreDumped), line("STOP_REQUESTED", record.stopRequested);
    line("REASON", record.reason), line("LIMIT_BYTES", record.limitBytes), line("DISK_BYTES", record.diskBytes);
    checkLines("HEALTH", record.health, line), checkLines("READINESS", record.readiness, line);
}

struct WriteLine {
    std::string& out;

    void operator()(std::string_view key, const std::string& value) const { put(key, escaped(value)); }
    void operator()(std::string_view key, const std::vector<std::string>& words) const { put(key, join(words, " ")); }
    void operator()(std::string_view key, bool value) const { put(key, value ? "yes" : "no"); }
    void operator()(std::string_view key, uint64_t value) const { put(key, std::to_string(value)); }
    void operator()(std::string_view key, int64_t value) const { put(key, std::to_string(value)); }
    void operator()(std::string_view key, InstancePhase value) const { put(key, kInstancePhases.name(value)); }
    void operator()(std::string_view key, ContainerPhase value) const { put(key, kContainerPhases.name(value)); }
    void operator()(std::string_view key, EndReason value) const { put(key, kEndReasons.name(value)); }
    void operator()(std::string_view key, CheckState value) const { put(key, kCheckStates.name(value)); }
    void put(std::string_view key, std::string_view value) const {
        out.append(key).append("=").append(value).append("\n");
    }
};

// Takes the value when the key of the line is this one. A key that no member has is of a later podd, and
// ignored.
struct ReadLine {
    std::string_view key;
    std::string_view value;
    bool& valid;

    template <typename T>
    void operator()(std::string_view name, T& member) const {
        if (name != key)
            return;
        if (const auto read = as(member))
            member = *read;
        else
            valid = false;
    }
    std::optional<std::string> as(const std::string&) const { return unescaped(value); }
    std::optional<std::vector<std::string>> as(const std::vector<std::string>&) const {
        return value.empty() ? std::vector<std::string>{} : split(value, ' ');
    }
    std::optional<uint64_t> as(uint64_t) const { return parseUnsigned(value); }
    std::optional<int64_t> as(int64_t) const {
        const std::optional<uint64_t> number = parseUnsigned(value);
        if (!number || *number > INT64_MAX)
            return std::nullopt;
        return static_cast<int64_t>(*number);
    }
    std::optional<bool> as(bool) const {
        if (value != "yes" && value != "no")
            return std::nullopt;
        return value == "yes";
    }
    std::optional<InstancePhase> as(InstancePhase) const { return kInstancePhases.value(value); }
    std::optional<ContainerPhase> as(ContainerPhase) const { return kContainerPhases.value(value); }
    std::optional<EndReason> as(EndReason) const { return kEndReasons.value(value); }
    std::optional<CheckState> as(CheckState) const { return kCheckStates.value(value); }
};

// The text before the END line when the checksum there is right.
std::optional<std::string_view> body(std::string_view text) {
    constexpr std::string_view kEnd = "END=";
    if (!text.ends_with('\n'))
        return std::nullopt;
    const size_t previous = text.rfind('\n', text.size() - 2);
    const size_t at = previous == std::string_view::npos ? 0 : previous + 1;
    const std::string_view line = text.substr(at, text.size() - at - 1);
    if (!line.starts_with(kEnd) || parseUnsigned(line.substr(kEnd.size())) != checksum(text.substr(0, at)))
        return std::nullopt;
    return text.substr(0, at);
}

}  // namespace

std::string recordText(const InstanceRecord& record) {
    std::string text;
    instanceLines(record, WriteLine{text});
    for (const EndpointBinding& endpoint : record.endpoints) {
        text.append(kEndpointLine).append("\n");
        endpointLines(endpoint, WriteLine{text});
    }
    for (const NetworkAttachment& network : record.networks) {
        text.append(kNetworkLine).append("\n");
        networkLines(network, WriteLine{text});
    }
    for (const ContainerRecord& container : record.containers) {
        text.append(kContainerLine).append("\n");
        containerLines(container, WriteLine{text});
    }
    return text + cat("END=", checksum(text), '\n');
}

std::optional<InstanceRecord> parseRecord(std::string_view text) {
    const std::optional<std::string_view> lines = body(text);
    if (!lines)
        return std::nullopt;
    InstanceRecord record;
    bool valid = true;
    for (const std::string& line : split(*lines, '\n')) {
        if (line == kEndpointLine && record.networks.empty() && record.containers.empty()) {
            record.endpoints.emplace_back();
            continue;
        }
        if (line == kNetworkLine && record.containers.empty()) {
            record.networks.emplace_back();
            continue;
        }
        if (line == kContainerLine) {
            record.containers.emplace_back();
            continue;
        }
        const size_t equals = line.find('=');
        if (equals == std::string::npos) {
            valid = valid && line.empty();
            continue;
        }
        const ReadLine read{std::string_view(line).substr(0, equals), std::string_view(line).substr(equals + 1), valid};
        if (!record.containers.empty())
            containerLines(record.containers.back(), read);
        else if (!record.networks.empty())
            networkLines(record.networks.back(), read);
        else if (!record.endpoints.empty())
            endpointLines(record.endpoints.back(), read);
        else
            instanceLines(record, read);
    }
    if (!valid || record.pod.empty())
        return std::nullopt;
    return record;
}

}  // namespace podd
