// SPDX-License-Identifier: LGPL-2.1-or-later
// An incoming D-Bus method call that is answered exactly once, now or later. One that is destroyed unanswered says so
// to its caller and to the log: a forgotten reply cannot hang a client.
#pragma once

#include <functional>
#include <string>

#include "sd/handle.h"

namespace podd::sd {

class Call {
public:
    explicit Call(sd_bus_message* message);
    Call(Call&&) noexcept = default;
    Call& operator=(Call&&) = delete;
    ~Call();

    sd_bus_message* message() const { return message_.get(); }
    std::string readString();

    // Answers with what `fill` appends to the reply (nothing by default).
    void reply(const std::function<void(sd_bus_message*)>& fill = {});
    // Answers with an error, and what `fill` appends to it after its text.
    void fail(const std::exception& problem, const std::function<void(sd_bus_message*)>& fill = {});
    void drop() { message_.reset(); }  // it has been answered by other means

private:
    Message message_;
    int exceptions_;  // in flight when this was made: while unwinding, the gate answers
};

// Sets a D-Bus error from an exception: the name follows from its code (names.h), the text is what() of it.
int setError(sd_bus_error* error, const std::exception& problem) noexcept;

}  // namespace podd::sd
