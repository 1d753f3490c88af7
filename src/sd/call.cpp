// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/call.h"

#include <exception>

#include "base/log.h"
#include "base/strings.h"
#include "sd/check.h"
#include "sd/names.h"

namespace podd::sd {

Call::Call(sd_bus_message* message) : message_(sd_bus_message_ref(message)), exceptions_(std::uncaught_exceptions()) {}

Call::~Call() {
    if (!message_ || std::uncaught_exceptions() > exceptions_)
        return;
    log::error(cat("call of ", sd_bus_message_get_member(message_.get()), " was not answered"));
    (void)sd_bus_reply_method_errorf(message_.get(), "org.podd1.Error.Failed", "podd did not answer");
}

std::string Call::readString() {
    const char* text = nullptr;
    check(sd_bus_message_read(message_.get(), "s", &text), "read argument");
    return text;
}

void Call::reply(const std::function<void(sd_bus_message*)>& fill) {
    sd_bus_message* raw = nullptr;
    check(sd_bus_message_new_method_return(message_.get(), &raw), "make reply");
    const Message reply(raw);
    if (fill)
        fill(raw);
    const Message answered = std::move(message_);
    check(sd_bus_send(nullptr, raw, nullptr), "send reply");
}

void Call::fail(const std::exception& problem, const std::function<void(sd_bus_message*)>& fill) {
    BusError error;
    (void)setError(error.get(), problem);
    sd_bus_message* raw = nullptr;
    check(sd_bus_message_new_method_error(message_.get(), &raw, error.get()), "make error reply");
    const Message reply(raw);
    if (fill)
        fill(raw);
    const Message answered = std::move(message_);
    check(sd_bus_send(nullptr, raw, nullptr), "send error reply");
}

int setError(sd_bus_error* error, const std::exception& problem) noexcept {
    Errc code = Errc::internal;
    if (const auto* ours = dynamic_cast<const Error*>(&problem))
        code = ours->code();
    for (const auto& [each, name] : kErrorNames)
        if (each == code)
            return sd_bus_error_set(error, name, problem.what());
    return sd_bus_error_set(error, "org.podd1.Error.Failed", problem.what());
}

}  // namespace podd::sd
