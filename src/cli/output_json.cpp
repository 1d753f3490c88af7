// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/output_json.h"

#include <json/json.h>

#include <memory>
#include <type_traits>

#include "base/error.h"
#include "base/strings.h"

namespace podd::cli {

namespace {

std::string written(const Json::Value& value, JsonMode mode) {
    Json::StreamWriterBuilder builder;
    builder["indentation"] = mode == JsonMode::pretty ? "  " : "";
    builder["commentStyle"] = "None";
    builder["enableYAMLCompatibility"] = mode == JsonMode::pretty;  // "key": value
    builder["emitUTF8"] = false;  // escapes make the output safe for terminals, whatever is in it
    return Json::writeString(builder, value) + '\n';
}

Json::Value number(uint64_t value) {
    return value == kUnknown ? Json::Value() : Json::Value(Json::UInt64{value});
}

Json::Value timestamp(uint64_t usec) {
    return usec == 0 ? Json::Value() : number(usec);
}

Json::Value textOrNull(const std::string& text) {
    return text.empty() ? Json::Value() : Json::Value(text);
}

Json::Value array() {
    return {Json::arrayValue};
}

Json::Value objectOf(const ContainerTermination& container) {
    Json::Value object(Json::objectValue);
    object["Name"] = container.name;
    object["State"] = container.state;
    object["StartTimestamp"] = timestamp(container.startedUsec);
    object["EndTimestamp"] = timestamp(container.endedUsec);
    object["ExitCode"] = Json::Int64{container.exitCode};
    object["ExitSignal"] = Json::Int64{container.exitSignal};
    object["Result"] = container.result;
    object["Message"] = container.message;
    object["Limit"] = container.limitBytes == 0 ? Json::Value() : number(container.limitBytes);
    return object;
}

Json::Value objectOf(const Termination& termination) {
    Json::Value object(Json::objectValue);
    object["Instance"] = termination.instance;
    object["Version"] = termination.version;
    object["LaunchTimestamp"] = timestamp(termination.launchedUsec);
    object["EndTimestamp"] = timestamp(termination.endedUsec);
    object["Result"] = termination.result;
    object["Message"] = termination.message;
    object["BootId"] = termination.bootId;
    object["Containers"] = array();
    for (const ContainerTermination& container : termination.containers)
        object["Containers"].append(objectOf(container));
    return object;
}

Json::Value objectOf(const EndpointRow& endpoint) {
    const auto port = [](uint64_t number) { return number == 0 ? Json::Value() : Json::Value(Json::UInt64{number}); };
    Json::Value object(Json::objectValue);
    object["Container"] = endpoint.container;
    object["Name"] = endpoint.name;
    object["Protocol"] = endpoint.protocol;
    object["HostPort"] = port(endpoint.hostPort);
    object["ContainerPort"] = port(endpoint.containerPort);
    return object;
}

Json::Value listOf(const std::vector<std::string>& texts) {
    Json::Value items = array();
    for (const std::string& text : texts)
        items.append(text);
    return items;
}

Json::Value objectOf(const NetworkRow& network) {
    Json::Value object(Json::objectValue);
    object["Network"] = network.name;
    object["Interface"] = network.interface;
    object["Addresses"] = listOf(network.addresses);
    return object;
}

struct ToJson {
    bool isTimestamp;

    Json::Value operator()(const std::string& text) const { return text; }
    Json::Value operator()(bool yes) const { return yes; }
    Json::Value operator()(int64_t value) const { return Json::Int64{value}; }
    Json::Value operator()(uint64_t value) const { return isTimestamp ? timestamp(value) : number(value); }
    Json::Value operator()(double value) const { return value; }
    Json::Value operator()(const std::vector<std::string>& list) const { return listOf(list); }
    Json::Value operator()(const TextMap& map) const {
        Json::Value object(Json::objectValue);
        for (const auto& [key, value] : map)
            object[key] = value;
        return object;
    }
    template <typename Row>
    Json::Value operator()(const std::vector<Row>& rows) const {
        Json::Value items = array();
        for (const Row& row : rows)
            items.append(objectOf(row));
        return items;
    }
};

Json::Value objectOf(const Properties& properties) {
    Json::Value object(Json::objectValue);
    for (const auto& [name, value] : properties)
        object[name] = std::visit(ToJson{name.ends_with("Timestamp")}, value);
    return object;
}

Json::Value objectOf(const InstanceStatus& instance) {
    Json::Value object = objectOf(instance.properties);
    object["Containers"] = array();
    for (const ContainerStatus& container : instance.containers)
        object["Containers"].append(objectOf(container.properties));
    return object;
}

Json::Value objectOf(const PodStatus& pod) {
    Json::Value object = objectOf(pod.properties);
    object["Instances"] = array();
    for (const InstanceStatus& instance : pod.instances)
        object["Instances"].append(objectOf(instance));
    return object;
}

// Values of definitions are JSON already; they stay texts, so that numbers keep all their digits.
Json::Value arrayOf(const std::vector<Change>& changes) {
    Json::Value all = array();
    for (const Change& change : changes) {
        Json::Value& item = all.append(Json::objectValue);
        item["kind"] = std::string(kChangeKinds.name(change.kind));
        item["path"] = change.path;
        item["before"] = textOrNull(change.before);
        item["after"] = textOrNull(change.after);
    }
    return all;
}

Json::Value objectOf(const Problem& problem) {
    Json::Value object(Json::objectValue);
    object["severity"] = std::string(kSeverities.name(problem.severity));
    object["pointer"] = problem.pointer;
    object["rule"] = problem.what;
    object["value"] = textOrNull(problem.value);
    object["suggestion"] = textOrNull(problem.suggestion);
    object["line"] = problem.line == 0 ? Json::Value() : Json::Value(problem.line);
    object["column"] = problem.line == 0 ? Json::Value() : Json::Value(problem.column);
    return object;
}

}  // namespace

std::string isolatorsJson(const std::vector<IsolatorRow>& rows, JsonMode mode) {
    Json::Value list = array();
    for (const IsolatorRow& row : rows) {
        Json::Value object;
        object["isolator"] = row.name;
        object["summary"] = row.summary;
        object["selected"] = row.selected;
        object["possible"] = row.problem.empty();
        object["problem"] = textOrNull(row.problem);
        list.append(object);
    }
    return written(list, mode);
}

std::string topJson(const std::vector<TopRow>& rows, JsonMode mode) {
    Json::Value list = array();
    for (const TopRow& row : rows) {
        Json::Value object;
        object["name"] = row.name;
        object["cpu_percent"] = row.cpu < 0 ? Json::Value() : Json::Value(row.cpu);
        object["memory"] = number(row.memory);
        object["memory_max"] = number(row.memoryMax);
        object["memory_pressure"] = row.pressure < 0 ? Json::Value() : Json::Value(row.pressure);
        object["tasks"] = number(row.tasks);
        object["read_per_second"] = number(row.read);
        object["written_per_second"] = number(row.written);
        object["disk"] = number(row.disk);
        list.append(object);
    }
    return written(list, mode);
}

std::string podsJson(const std::vector<PodRow>& rows, JsonMode mode) {
    Json::Value all = array();
    for (const PodRow& row : rows) {
        Json::Value& item = all.append(Json::objectValue);
        item["id"] = row.id;
        item["state"] = row.state;
        item["running"] = number(row.running);
        item["wanted"] = number(row.wanted);
        item["version"] = row.version;
        item["target"] = row.target;
    }
    return written(all, mode);
}

std::string instancesJson(const std::vector<InstanceRow>& rows, JsonMode mode) {
    Json::Value all = array();
    for (const InstanceRow& row : rows) {
        Json::Value& item = all.append(Json::objectValue);
        item["instance"] = row.name;
        item["state"] = row.state;
        item["since"] = timestamp(row.sinceUsec);
        item["version"] = row.version;
    }
    return written(all, mode);
}

std::string deploymentsJson(const std::vector<DeploymentRow>& rows, JsonMode mode) {
    Json::Value all = array();
    for (const DeploymentRow& row : rows) {
        Json::Value& item = all.append(Json::objectValue);
        item["deployment"] = number(row.id);
        item["type"] = row.type;
        item["pod"] = row.pod;
        item["state"] = row.state;
        item["message"] = row.message;
        item["since"] = timestamp(row.sinceUsec);
    }
    return written(all, mode);
}

std::string versionsJson(const std::vector<HistoryRow>& rows, JsonMode mode) {
    Json::Value all = array();
    for (const HistoryRow& row : rows) {
        Json::Value& item = all.append(Json::objectValue);
        item["version"] = row.version;
        item["time"] = timestamp(row.timeUsec);
        item["state"] = textOrNull(row.state);
        item["changes"] = row.changes ? arrayOf(*row.changes) : Json::Value();
    }
    return written(all, mode);
}

std::string diffJson(const Difference& difference, JsonMode mode) {
    Json::Value object(Json::objectValue);
    object["pod"] = difference.pod;
    object["from"] = difference.from;
    object["to"] = difference.to;
    object["changes"] = arrayOf(difference.changes);
    return written(object, mode);
}

std::string previewsJson(const std::vector<PreviewedFile>& files, JsonMode mode) {
    Json::Value all = array();
    for (const PreviewedFile& previewed : files) {
        Json::Value& item = all.append(Json::objectValue);
        item["file"] = previewed.file;
        item["pod"] = previewed.pod;
        item["outcome"] = previewed.outcome;
        item["version"] = textOrNull(previewed.preview.version);
        item["changes"] = arrayOf(previewed.preview.changes);
        item["problems"] = array();
        for (const Problem& problem : previewed.preview.problems)
            item["problems"].append(objectOf(problem));
        item["message"] = textOrNull(previewed.message);
    }
    return written(all, mode);
}

std::string purgedJson(const std::vector<PurgedPod>& pods, JsonMode mode) {
    Json::Value all = array();
    for (const PurgedPod& purged : pods) {
        Json::Value& item = all.append(Json::objectValue);
        item["pod"] = purged.pod;
        item["outcome"] = purged.message.empty() ? "purged" : "refused";
        item["message"] = textOrNull(purged.message);
    }
    return written(all, mode);
}

std::string endpointsJson(const std::vector<PodStatus>& pods, JsonMode mode) {
    Json::Value all = array();
    for (const PodStatus& pod : pods)
        for (const InstanceStatus& instance : pod.instances)
            for (const EndpointRow& endpoint : endpointsOf(instance.properties)) {
                Json::Value object = objectOf(endpoint);
                object["Instance"] = instance.name();
                object["Addresses"] = listOf(addressesOf(instance.properties));
                all.append(std::move(object));
            }
    return written(all, mode);
}

std::string statusJson(const std::vector<PodStatus>& pods, const std::vector<InstanceStatus>& instances,
                       JsonMode mode) {
    Json::Value all = array();
    for (const PodStatus& pod : pods)
        all.append(objectOf(pod));
    for (const InstanceStatus& instance : instances)
        all.append(objectOf(instance));
    return written(all, mode);
}

std::string eventJson(const Event& event, JsonMode mode) {
    Json::Value object(Json::objectValue);
    object["time"] = timestamp(event.usec);
    object["event"] = std::string(rowOf(event.kind).name);
    object["pod"] = event.pod;
    object["instance"] = textOrNull(event.instance);
    object["container"] = textOrNull(event.container);
    object["version"] = textOrNull(event.version);
    object["deployment"] = event.deployment == 0 ? Json::Value() : Json::Value(event.deployment);
    object["result"] = textOrNull(event.result);
    object["message"] = event.message;
    return written(object, mode);
}

std::string objectsJson(const std::vector<Properties>& objects, JsonMode mode) {
    Json::Value all = array();
    for (const Properties& object : objects)
        all.append(objectOf(object));
    return written(all, mode);
}

std::string appliedJson(const std::vector<AppliedFile>& files, JsonMode mode) {
    Json::Value all = array();
    for (const AppliedFile& applied : files) {
        Json::Value& item = all.append(Json::objectValue);
        item["file"] = textOrNull(applied.file);
        item["pod"] = applied.pod;
        item["outcome"] = applied.outcome;
        item["version"] = textOrNull(applied.version);
        item["result"] = textOrNull(applied.result);
        item["message"] = textOrNull(applied.message);
    }
    return written(all, mode);
}

std::string problemsJson(const std::vector<DefinitionFile>& files, JsonMode mode) {
    Json::Value all = array();
    for (const DefinitionFile& file : files) {
        for (const Problem& problem : file.problems) {
            Json::Value item = objectOf(problem);
            item["file"] = file.name;
            all.append(std::move(item));
        }
    }
    return written(all, mode);
}

std::string definitionJson(const std::string& text, JsonMode mode) {
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    Json::Value value;
    std::string errors;
    if (!reader->parse(text.data(), text.data() + text.size(), &value, &errors))
        throw Error(Errc::unavailable, cat("read the definition: ", errors));
    return written(value, mode);
}

}  // namespace podd::cli
