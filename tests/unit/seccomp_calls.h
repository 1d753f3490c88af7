// SPDX-License-Identifier: LGPL-2.1-or-later
// System calls as a seccomp filter sees them, and its verdicts in words.
#pragma once

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/strings.h"
#include "bpf.h"

namespace podd::testing {

using Arguments = std::array<uint64_t, 6>;

inline seccomp_data systemCall(int number, const Arguments& arguments, uint32_t architecture) {
    seccomp_data data{.nr = number, .arch = architecture};
    for (size_t i = 0; i < arguments.size(); ++i)
        data.args[i] = arguments[i];
    return data;
}

inline int numberOf(const std::string& name) {
    const int number = seccomp_syscall_resolve_name(name.c_str());
    if (number < 0)
        throw std::invalid_argument(name + " is no system call here");
    return number;
}

// "allow", "EPERM", "kill" ...
inline std::string inWords(uint32_t action) {
    const auto data = static_cast<int>(action & SECCOMP_RET_DATA);
    switch (action & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_ALLOW: return "allow";
        case SECCOMP_RET_ERRNO: return data == 0 ? "success" : strerrorname_np(data);
        case SECCOMP_RET_KILL_PROCESS: return "kill";
        case SECCOMP_RET_KILL_THREAD: return "kill thread";
        case SECCOMP_RET_TRAP: return "trap";
        case SECCOMP_RET_LOG: return "log";
        default: return cat("action ", action);
    }
}

inline std::string verdict(const BpfProgram& program, int number, const Arguments& arguments = {},
                           uint32_t architecture = seccomp_arch_native()) {
    return inWords(program.run(systemCall(number, arguments, architecture)).action);
}
inline std::string verdict(const BpfProgram& program, const std::string& name, const Arguments& arguments = {}) {
    return verdict(program, numberOf(name), arguments);
}

}  // namespace podd::testing
