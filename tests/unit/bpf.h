// SPDX-License-Identifier: LGPL-2.1-or-later
// What the kernel does with a seccomp filter, done here: the instructions of classic BPF that such programs consist
// of, over one struct seccomp_data. It is stricter than the kernel: an instruction it does not know, a jump out of the
// program or a load beyond the data is an exception.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace podd::testing {

struct BpfVerdict {
    uint32_t action = 0;  // SECCOMP_RET_…, with its data
    size_t executed = 0;  // instructions
};

class BpfProgram {
public:
    explicit BpfProgram(std::string_view bytes);  // an array of struct sock_filter

    size_t size() const { return instructions_.size(); }
    BpfVerdict run(const seccomp_data& data) const;

private:
    std::vector<sock_filter> instructions_;
};

}  // namespace podd::testing
