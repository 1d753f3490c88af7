// SPDX-License-Identifier: LGPL-2.1-or-later
// A CNI network of the host, as an administrator defines it, and podd's pods on it.
#pragma once

#include <string>

#include "podd_subjects.h"
#include "subject.h"

namespace podd::bench {

class CniNetwork {
public:
    CniNetwork();  // writes its definition; throws Error when the host has no plugins
    CniNetwork(const CniNetwork&) = delete;
    CniNetwork& operator=(const CniNetwork&) = delete;
    ~CniNetwork();  // removes it and what the plugins leave: the bridge, the last address
};

class PoddOnCni final : public Subject {
public:
    explicit PoddOnCni(const std::string& payload);

    void start(uint64_t number) override { client_.start(number); }
    void stop(uint64_t number) override { client_.stop(number); }
    void clean(uint64_t number) override { client_.clean(number); }

private:
    CniNetwork network_;
    PoddClient client_;
};

}  // namespace podd::bench
