// SPDX-License-Identifier: LGPL-2.1-or-later
// In a file of its own: of all programs only those that read definitions are to be linked with PCRE2.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <memory>

#include "base/strings.h"
#include "model/field_rules.h"

namespace podd {

std::optional<std::string> whyNotPattern(std::string_view pattern) {
    constexpr size_t kLongest = 255;
    if (pattern.empty())
        return "must not be empty";
    if (pattern.size() > kLongest)
        return cat("is ", pattern.size(), " bytes long, at most ", kLongest, " are allowed");
    int error = 0;
    PCRE2_SIZE where = 0;
    const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF, &error, &where, nullptr),
        &pcre2_code_free);
    if (code != nullptr)
        return std::nullopt;
    std::array<char, 256> text{};
    (void)pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text.data()), text.size());
    return cat("is no regular expression: ", text.data(), " at byte ", where);
}

}  // namespace podd
