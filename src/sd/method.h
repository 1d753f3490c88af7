// SPDX-License-Identifier: LGPL-2.1-or-later
// Trampolines for vtables: member functions as handlers, plain functions as property getters.
#pragma once

#include "sd/guarded.h"

namespace podd::sd {

template <typename T>
struct OwnerOf;
template <typename Owner, typename Result, typename... Args>
struct OwnerOf<Result (Owner::*)(Args...)> {
    using Type = Owner;
};

// void Owner::handler(Call); the vtable's userdata is the Owner.
template <auto Member>
int method(sd_bus_message* message, void* self, sd_bus_error* error) noexcept {
    using Owner = typename OwnerOf<decltype(Member)>::Type;
    return answered(error, [&] { (static_cast<Owner*>(self)->*Member)(Call(message)); });
}

template <typename T>
struct SubjectOf;
template <typename Subject>
struct SubjectOf<void (*)(const Subject&, sd_bus_message*)> {
    using Type = Subject;
};

// void getter(const Subject&, sd_bus_message* reply); userdata is the Subject.
template <auto Getter>
// NOLINTNEXTLINE(readability-function-size): the parameters are sd_bus_property_get_t's
int property(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* subject,
             sd_bus_error* error) noexcept {
    using Subject = typename SubjectOf<decltype(Getter)>::Type;
    return answered(error, [&] { Getter(*static_cast<const Subject*>(subject), reply); });
}

}  // namespace podd::sd
