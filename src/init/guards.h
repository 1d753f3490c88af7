// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the guards are up that keep a container inside. They always are; only podd-init-weakened, which the escape
// tests build for themselves, has none: a test that cannot escape from it either would prove nothing.
#pragma once

namespace podd::init {

#ifdef PODD_WEAKENED
constexpr bool kGuarded = false;
#else
constexpr bool kGuarded = true;
#endif

}  // namespace podd::init
