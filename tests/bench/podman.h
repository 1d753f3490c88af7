// SPDX-License-Identifier: LGPL-2.1-or-later
// A peer: podman's pods with the host's network, as its users make them.
#pragma once

#include <string>

#include "subject.h"

namespace podd::bench {

class Podman final : public Subject {
public:
    // Imports an image that holds nothing but the payload.
    explicit Podman(const std::string& payload);

    void start(uint64_t number) override;
    void stop(uint64_t number) override;
};

}  // namespace podd::bench
