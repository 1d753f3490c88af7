// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes JSON by hand: JsonCpp sorts keys and prints numbers with all their binary noise, and what is written here has
// to be the same, byte for byte, for every build and forever.
#pragma once

#include <string>
#include <string_view>

namespace podd {

// Puts commas, line ends and indentation between what it is given.
class JsonWriter {
public:
    void open(char bracket);
    void close(char bracket);
    void item();  // before each value of a list
    JsonWriter& key(std::string_view name);

    void text(std::string_view value);
    void number(double value);  // finite
    void boolean(bool value);

    std::string take() { return std::move(out_) + '\n'; }

private:
    void newLine() { out_.append(1, '\n').append(2 * depth_, ' '); }

    std::string out_;
    size_t depth_ = 0;
    bool first_ = true;
};

}  // namespace podd
