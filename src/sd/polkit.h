// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may do what: polkit, asked without blocking. The subject is the caller's bus name, never a PID. Whoever is root may
// everything; everybody else gets what the policy says, and nothing when polkit cannot be asked (it fails closed).
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "sd/call.h"

namespace podd::sd {

class Polkit {
public:
    explicit Polkit(sd_bus* bus);
    ~Polkit();
    Polkit(const Polkit&) = delete;
    Polkit& operator=(const Polkit&) = delete;

    // Runs `granted` with the call, now or when the answer comes, or answers the call with AccessDenied. What `granted`
    // throws becomes the call's error. Details of the question: pod (its id), verb.
    void authorize(Call call, const std::string& action, const std::string& pod, const std::string& verb,
                   std::function<void(Call)> granted);

private:
    struct Question;
    bool isPrivileged(sd_bus_message* call, const char* sender);
    void answer(Question& question, sd_bus_message* reply);

    sd_bus* bus_;
    std::set<std::unique_ptr<Question>> questions_;
    std::string lastPrivileged_;  // bus name
};

}  // namespace podd::sd
