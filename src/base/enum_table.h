// SPDX-License-Identifier: LGPL-2.1-or-later
// One table for an enum and its names; there is no second switch.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace podd {

template <typename Enum, size_t N>
class EnumTable {
public:
    constexpr explicit EnumTable(std::array<std::pair<Enum, std::string_view>, N> rows) : rows_(rows) {}

    // The name of a value; every value of the enum has a row (a test walks the table).
    constexpr std::string_view name(Enum value) const {
        for (const auto& [each, text] : rows_)
            if (each == value)
                return text;
        return "?";
    }
    constexpr std::optional<Enum> value(std::string_view name) const {
        for (const auto& [each, text] : rows_)
            if (text == name)
                return each;
        return std::nullopt;
    }
    constexpr const auto& rows() const { return rows_; }

private:
    std::array<std::pair<Enum, std::string_view>, N> rows_;
};

template <typename Enum, size_t N>
constexpr EnumTable<Enum, N> makeEnumTable(const std::pair<Enum, std::string_view> (&rows)[N]) {
    std::array<std::pair<Enum, std::string_view>, N> copy{};
    for (size_t i = 0; i < N; ++i)
        copy[i] = rows[i];
    return EnumTable<Enum, N>(copy);
}

}  // namespace podd
