// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podd_subjects.h"

#include "base/file.h"
#include "base/strings.h"
#include "process.h"
#include "sd/check.h"
#include "sd/names.h"

namespace podd::bench {

namespace {

// dbus-daemon(1) cuts off who waits for more than 128 answers (max_replies_per_connection).
constexpr size_t kMaxCallsUnderWay = 100;

std::string fileOf(uint64_t number) {
    return cat(kWorkDirectory, "/pod-", number, ".json");
}

const char* definitionOf(PodNetwork network) {
    switch (network) {
        case PodNetwork::host: return R"({"mode":"host"})";
        case PodNetwork::container: return R"({"mode":"container"})";
        case PodNetwork::cni: return R"({"mode":"container","name":"bench-cni"})";
    }
    return "";
}

}  // namespace

std::string PodIds::operator()(uint64_t number) const {
    const std::string group = groupSize == 0 ? "" : cat("/group", number / groupSize);
    return cat("/bench", group, "/pod", number);
}

std::string podDefinition(const std::string& id, const std::string& payload, PodNetwork network) {
    const char* const endpoint = R"("endpoints":[{"name":"web","containerPort":80,"hostPort":0}],)";
    std::string containers;
    for (int i = 0; i < kContainers; ++i)
        containers +=
            cat(i == 0 ? "" : ",", R"({"name":"c)", i, R"(","exec":{"command":{"argv":[")", payload,
                R"("]}},"resources":{"cpus":0.1,"mem":32},)", i == 0 && network != PodNetwork::host ? endpoint : "",
                R"("volumeMounts":[{"name":"data","mountPath":"data"}]})");
    return cat(R"({"id":")", id, R"(","containers":[)", containers, R"(],"volumes":[{"name":"data"}],"networks":[)",
               definitionOf(network), "]}");
}

PoddClient::PoddClient(std::string payload, PodIds ids, PodNetwork network)
    : client_(BusKind::system),
      onDeploymentRemoved_([this](sd_bus_message* message) {
          const char* deployment = nullptr;
          const char* result = nullptr;
          const char* why = nullptr;
          sd::check(sd_bus_message_read(message, "uosss", nullptr, &deployment, nullptr, &result, &why),
                    "read DeploymentRemoved");
          ended_[deployment] = std::string_view(result) == "done" ? result : cat(result, ": ", why);
      }),
      payload_(std::move(payload)),
      podId_(ids),
      network_(network) {
    client_.onSignal(sd::kService, sd::kManagerPath, sd::kManager, "DeploymentRemoved", onDeploymentRemoved_);
}

sd::Message PoddClient::newCall(const char* method) const {
    sd_bus_message* message = nullptr;
    sd::check(
        sd_bus_message_new_method_call(client_.get(), &message, sd::kService, sd::kManagerPath, sd::kManager, method),
        method);
    return sd::Message(message);
}

sd::Message PoddClient::newApply(uint64_t number) const {
    sd::Message call = newCall("ApplyPod");
    sd::check(sd_bus_message_append(call.get(), "sa{sv}", podDefinition(podId_(number), payload_, network_).c_str(), 0),
              "ApplyPod");
    return call;
}

sd::Message PoddClient::newStop(uint64_t number) const {
    sd::Message call = newCall("StopPod");
    sd::check(sd_bus_message_append(call.get(), "s", podId_(number).c_str()), "StopPod");
    return call;
}

// `reply` is the signature of the answer, whose last part is the deployment.
std::string PoddClient::callForDeployment(const sd::Message& message, const char* reply) {
    sd::BusError error;
    sd_bus_message* raw = nullptr;
    if (sd_bus_call(client_.get(), message.get(), 0, error.get(), &raw) < 0)
        throw Error(Errc::unavailable, cat(sd_bus_message_get_member(message.get()), ": ", error.message()));
    const sd::Message answer(raw);
    for (const char* type = reply; type[1] != '\0'; ++type)
        sd::check(sd_bus_message_skip(raw, std::string(1, *type).c_str()), "read answer");
    const char* deployment = nullptr;
    sd::check(sd_bus_message_read(raw, "o", &deployment), "read answer");
    return deployment;
}

void PoddClient::await(const std::string& deployment) {
    client_.until([&] { return ended_.count(deployment) > 0; }, deployment);
    const std::string result = ended_.at(deployment);
    ended_.clear();
    if (result != "done")
        throw Error(Errc::internal, cat(deployment, ": ", result));
}

void PoddClient::start(uint64_t number) {
    await(callForDeployment(newApply(number), "soso"));
}

void PoddClient::stop(uint64_t number) {
    await(callForDeployment(newStop(number), "o"));
}

void PoddClient::startAll(const std::vector<uint64_t>& numbers) {
    std::vector<sd::Message> calls;
    for (const uint64_t number : numbers)
        calls.push_back(newApply(number));
    callAll(calls);
}

void PoddClient::stopAll(const std::vector<uint64_t>& numbers) {
    std::vector<sd::Message> calls;
    for (const uint64_t number : numbers)
        calls.push_back(newStop(number));
    callAll(calls);
}

// One deployment ends for each call; a call that is refused begins none.
void PoddClient::callAll(const std::vector<sd::Message>& calls) {
    struct Answers {
        size_t count = 0;
        std::string problem;
    } answers;
    const auto onAnswer = [](sd_bus_message* answer, void* userdata, sd_bus_error*) noexcept {
        auto& all = *static_cast<Answers*>(userdata);
        ++all.count;
        if (const sd_bus_error* error = sd_bus_message_get_error(answer))
            all.problem = error->message;
        return 0;
    };
    std::vector<sd::Slot> slots;
    ended_.clear();
    while (ended_.size() < calls.size()) {
        while (slots.size() < calls.size() && slots.size() - answers.count < kMaxCallsUnderWay) {
            sd_bus_slot* slot = nullptr;
            sd::check(sd_bus_call_async(client_.get(), &slot, calls[slots.size()].get(), onAnswer, &answers, 0),
                      "call podd");
            slots.emplace_back(slot);
        }
        const size_t events = ended_.size() + answers.count;
        client_.until([&] { return ended_.size() + answers.count > events; }, "podd");
        if (!answers.problem.empty())
            throw Error(Errc::internal, answers.problem);
    }
    for (const auto& [deployment, result] : ended_)
        if (result != "done")
            throw Error(Errc::internal, cat(deployment, ": ", result));
    ended_.clear();
}

void PoddClient::clean(uint64_t number) {
    const sd::Message call = newCall("DeletePod");
    sd::check(sd_bus_message_append(call.get(), "sa{sv}", podId_(number).c_str(), 0), "DeletePod");
    await(callForDeployment(call, "o"));
}

void Podctl::prepare(uint64_t number) {
    writeFileAtomically(fileOf(number), podDefinition(podId_(number), payload_), Durability::volatileFile);
}

void Podctl::start(uint64_t number) {
    run({"podctl", "apply", "--wait", fileOf(number)});
}

void Podctl::stop(uint64_t number) {
    run({"podctl", "stop", podId_(number)});
}

void Podctl::clean(uint64_t number) {
    run({"podctl", "delete", podId_(number)});
    (void)::unlink(fileOf(number).c_str());
}

}  // namespace podd::bench
