// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bpf.h"

#include <cstring>
#include <stdexcept>

#include "base/strings.h"

namespace podd::testing {

namespace {

uint32_t load(const seccomp_data& data, uint32_t offset) {
    uint32_t word = 0;
    if (offset % sizeof(word) != 0 || offset + sizeof(word) > sizeof(data))
        throw std::out_of_range(cat("bpf: load at ", offset));
    std::memcpy(&word, reinterpret_cast<const char*>(&data) + offset, sizeof(word));
    return word;
}

bool jumps(uint16_t code, uint32_t accumulator, uint32_t operand) {
    switch (code) {
        case BPF_JMP | BPF_JEQ | BPF_K: return accumulator == operand;
        case BPF_JMP | BPF_JGT | BPF_K: return accumulator > operand;
        case BPF_JMP | BPF_JGE | BPF_K: return accumulator >= operand;
        case BPF_JMP | BPF_JSET | BPF_K: return (accumulator & operand) != 0;
        default: throw std::invalid_argument(cat("bpf: unknown instruction ", code));
    }
}

}  // namespace

BpfProgram::BpfProgram(std::string_view bytes) : instructions_(bytes.size() / sizeof(sock_filter)) {
    if (bytes.size() % sizeof(sock_filter) != 0)
        throw std::invalid_argument("bpf: half an instruction");
    std::memcpy(instructions_.data(), bytes.data(), bytes.size());
}

BpfVerdict BpfProgram::run(const seccomp_data& data) const {
    uint32_t accumulator = 0;
    size_t executed = 0;
    for (size_t at = 0; at < instructions_.size(); ++at) {
        const sock_filter& each = instructions_[at];
        ++executed;
        switch (each.code) {
            case BPF_RET | BPF_K: return {each.k, executed};
            case BPF_LD | BPF_W | BPF_ABS: accumulator = load(data, each.k); break;
            case BPF_ALU | BPF_AND | BPF_K: accumulator &= each.k; break;
            case BPF_JMP | BPF_JA: at += each.k; break;
            default: at += jumps(each.code, accumulator, each.k) ? each.jt : each.jf; break;
        }
    }
    throw std::out_of_range("bpf: the program has no end");
}

}  // namespace podd::testing
