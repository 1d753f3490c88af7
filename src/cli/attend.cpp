// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl attend: the main process of pod@.service, a face of a pod for systemd. It starts the pod, says that it is ready when
// the pod is, ends when somebody else has stopped or deleted the pod, and stops the pod when it is asked to end itself. It
// does nothing to what runs: whatever becomes of it or of podd meanwhile, the pod goes on.
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "cli/client.h"
#include "cli/exit_status.h"
#include "cli/loop.h"
#include "cli/message.h"
#include "cli/names_argument.h"
#include "cli/verb.h"
#include "sd/names.h"

namespace podd::cli {

namespace {

constexpr const char* kChangedRule =
    "type='signal',sender='org.podd1',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
    "path='";  // and the pod's

// A program that fails at once is seen to run, too.
constexpr uint64_t kSettleUsec = 1'000'000;

std::string statusOf(const Properties& pod) {
    const std::string share =
        cat(numberOf(pod, "InstancesRunning"), " of ", numberOf(pod, "InstancesWanted"), " instances run");
    const std::string why = printable(textOf(pod, "Message"));
    return cat(textOf(pod, "State"), ", ", share, why.empty() || why == share ? "" : cat(": ", why));
}

// Whether the host is going down: then systemd stops the pod's units by itself, and the pod is to run after the boot.
bool isShutdown(sd_bus* bus) {
    sd::BusError error;
    char* state = nullptr;
    const int result =
        sd_bus_get_property_string(bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                   "org.freedesktop.systemd1.Manager", "SystemState", error.get(), &state);
    const std::unique_ptr<char, decltype(&std::free)> owner(state, &std::free);
    return result >= 0 && state != nullptr && std::string_view(state) == "stopping";
}

class Attendant {
public:
    Attendant(const Options& options, const std::string& id, bool& announced)
        : client_(options),
          id_(id),
          announced_(announced),
          changed_(client_.bus(), cat(kChangedRule, sd::objectPath(sd::kPodPrefix, id), '\'').c_str(), look()),
          removed_(client_.bus(), kPodRemovedRule, look()),
          owner_(client_.bus(), kOwnerRule, [this](sd_bus_message* message) { onOwner(message); }) {}

    int run() {
        const Properties before = client_.properties(client_.podPath(id_), sd::kPod);
        if (textOf(before, "Goal") == "down")
            client_.begin("StartPod", id_);
        else if (textOf(before, "State") == "stable")
            announce();
        Loop loop(client_.bus());
        Waited waited = loop.run([this] { return isOver() || announced_; }, std::nullopt, [this] { look_ = true; });
        if (waited == Waited::done)
            waited = loop.run([this] { return isOver(); }, std::nullopt, nullptr);
        if (waited == Waited::done)
            return kSuccess;
        leaving_ = true;
        look_ = true;
        (void)sd_notify(0, "STOPPING=1");
        shutdown_ = isShutdown(client_.bus());
        if (!shutdown_)
            client_.begin("StopPod", id_);
        return loop.run([this] { return isOver(); }, std::nullopt, nullptr) == Waited::done ? kSuccess : kInterrupted;
    }

private:
    void announce() {
        announced_ = true;
        (void)sd_notify(0, "READY=1");
    }

    Match::Handler look() {
        return [this](sd_bus_message*) { look_ = true; };
    }

    void onOwner(sd_bus_message* message) {
        look_ = hasOwner(message);
        if (!look_)
            (void)sd_notify(0, "STATUS=podd is away, the pod is as it was");
    }

    // Whether nothing of the pod is left that this would have to attend to.
    bool isOver() {
        if (!std::exchange(look_, false))
            return over_;
        Properties pod;
        try {
            pod = client_.properties(client_.podPath(id_), sd::kPod);
        } catch (const Error& error) {
            if (error.code() != Errc::noSuchPod)
                throw;
            (void)sd_notify(0, "STATUS=The pod was deleted");
            return over_ = true;
        }
        (void)sd_notify(0, cat("STATUS=", statusOf(pod)).c_str());
        if (textOf(pod, "State") != "stable")
            stableUsec_ = 0;
        else if (stableUsec_ == 0)
            stableUsec_ = steadyUsec();
        else if (!leaving_ && !announced_ && steadyUsec() - stableUsec_ >= kSettleUsec)
            announce();
        return over_ = textOf(pod, "State") == "stopped" || (shutdown_ && listOf(pod, "Instances").empty());
    }

    Client client_;
    std::string id_;
    bool& announced_;  // that the pod is ready
    bool look_ = true;
    bool over_ = false;
    uint64_t stableUsec_ = 0;  // since when (steadyUsec), 0 = it is not
    bool leaving_ = false;
    bool shutdown_ = false;
    Match changed_;
    Match removed_;
    Match owner_;
};

}  // namespace

int attendVerb(const Context& context, const Words& words) {
    constexpr unsigned kRetrySeconds = 1;
    const std::string id = podId(words[0]);
    bool announced = false;
    while (true) {
        try {
            return Attendant(context.options, id, announced).run();
        } catch (const Error& error) {
            if (announced && error.code() == Errc::noSuchPod)
                return kSuccess;  // deleted while it was asked for
            if (!announced || error.code() != Errc::unavailable)
                throw;
            complain(error.what());  // the bus or podd is away, the pod is not
            ::sleep(kRetrySeconds);
        }
    }
}

}  // namespace podd::cli
