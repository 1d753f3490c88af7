// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/polkit.h"

#include <algorithm>
#include <limits>

#include "base/strings.h"
#include "sd/check.h"
#include "sd/guarded.h"

namespace podd::sd {

namespace {

constexpr size_t kMaxQuestions = 64;  // open at a time for one sender, so that nobody can fill podd's memory
constexpr int kCapSysAdmin = 21;      // linux/capability.h

void run(Call call, const std::function<void(Call)>& granted) {
    // The gate of a call that is answered later: an exception becomes its reply.
    sd_bus_message* message = call.message();
    const Message keep(sd_bus_message_ref(message));
    try {
        granted(std::move(call));
    } catch (const std::exception& problem) {
        BusError error;
        (void)setError(error.get(), problem);
        (void)sd_bus_reply_method_error(keep.get(), error.get());
    }
}

Message newQuestion(sd_bus* bus, sd_bus_message* call, const std::string& action, const std::string& pod,
                    const std::string& verb) {
    sd_bus_message* raw = nullptr;
    check(
        sd_bus_message_new_method_call(bus, &raw, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                                       "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization"),
        "ask polkit");
    Message question(raw);
    const int interactive = sd_bus_message_get_allow_interactive_authorization(call);
    check(sd_bus_message_append(raw, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
                                sd_bus_message_get_sender(call), action.c_str(), 2, "pod", pod.c_str(), "verb",
                                verb.c_str(), interactive > 0 ? 1u : 0u, ""),
          "ask polkit");
    return question;
}

}  // namespace

struct Polkit::Question {
    Polkit& owner;
    Call call;
    std::string sender;
    std::string text;  // for the refusal: "stop pod '/web'"
    std::function<void(Call)> granted;
    Slot slot;
};

Polkit::Polkit(sd_bus* bus) : bus_(bus) {}
Polkit::~Polkit() = default;

void Polkit::authorize(Call call, const std::string& action, const std::string& pod, const std::string& verb,
                       std::function<void(Call)> granted) {
    const char* sender = sd_bus_message_get_sender(call.message());
    if (isPrivileged(call.message(), sender))
        return run(std::move(call), granted);
    const std::string text = cat(verb, pod.empty() ? "" : " pod ", pod.empty() ? "" : quoted(pod));
    if (sender == nullptr)
        throw Error(Errc::denied, cat(text, ": access denied: the caller has no name on the bus"));
    const auto open =
        std::count_if(questions_.begin(), questions_.end(), [&](const auto& each) { return each->sender == sender; });
    if (static_cast<size_t>(open) >= kMaxQuestions)
        throw Error(Errc::denied, cat(text, ": access denied: too many questions to polkit are open"));
    const Message message = newQuestion(bus_, call.message(), action, pod, verb);
    // Somebody may have to type a password: then the answer has no time limit.
    const bool interactive = sd_bus_message_get_allow_interactive_authorization(call.message()) > 0;
    const uint64_t timeout = interactive ? std::numeric_limits<uint64_t>::max() : 0;
    auto question = std::make_unique<Question>(Question{*this, std::move(call), sender, text, std::move(granted), {}});
    sd_bus_slot* slot = nullptr;
    const auto onReply = [](sd_bus_message* reply, void* self, sd_bus_error*) noexcept {
        return guarded([&] {
            auto& each = *static_cast<Question*>(self);
            each.owner.answer(each, reply);
        });
    };
    check(sd_bus_call_async(bus_, &slot, message.get(), onReply, question.get(), timeout), "ask polkit");
    question->slot.reset(slot);
    questions_.insert(std::move(question));
}

// Asking the bus takes a round trip. A unique name never gets another owner as long as the bus is there, and podd does not
// outlive its connection.
bool Polkit::isPrivileged(sd_bus_message* call, const char* sender) {
    if (sender != nullptr && sender == lastPrivileged_)
        return true;
    if (sd_bus_query_sender_privilege(call, kCapSysAdmin) <= 0)
        return false;
    lastPrivileged_ = sender == nullptr ? "" : sender;
    return true;
}

void Polkit::answer(Question& question, sd_bus_message* reply) {
    for (auto it = questions_.begin(); it != questions_.end(); ++it) {
        if (it->get() != &question)
            continue;
        const auto mine = std::move(questions_.extract(it).value());
        int authorized = 0;
        int challenge = 0;
        // The details that follow are the question's own, and a read of no entries fails when there are some.
        const bool answered = sd_bus_message_is_method_error(reply, nullptr) == 0 &&
                              sd_bus_message_enter_container(reply, 'r', "bba{ss}") > 0 &&
                              sd_bus_message_read(reply, "bb", &authorized, &challenge) > 0;
        if (answered && authorized != 0)
            return run(std::move(mine->call), mine->granted);
        if (answered && challenge != 0) {
            (void)sd_bus_reply_method_errorf(mine->call.message(), SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                                             "%s: interactive authentication required", mine->text.c_str());
            return mine->call.drop();
        }
        return mine->call.fail(Error(Errc::denied, mine->text + ": access denied"));
    }
}

}  // namespace podd::sd
