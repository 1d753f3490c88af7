// SPDX-License-Identifier: LGPL-2.1-or-later
#include "isolators/cgroup_file.h"

#include <charconv>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

// What follows "key=" in a line of words, or nothing.
std::string_view wordOf(std::string_view line, std::string_view key) {
    for (size_t at = 0; at < line.size();) {
        const size_t end = std::min(line.find(' ', at), line.size());
        const std::string_view word = line.substr(at, end - at);
        if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=')
            return word.substr(key.size() + 1);
        at = end + 1;
    }
    return {};
}

double decimalOf(std::string_view text) {
    double value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

std::string cgroupText(const std::string& group, const char* file) {
    try {
        std::string text = readFileIfExists(cat(group, '/', file), 65536).value_or("");
        while (text.ends_with('\n'))
            text.pop_back();
        return text;
    } catch (const Error&) {
        return "";
    }
}

uint64_t cgroupNumber(const std::string& group, const char* file) {
    return parseUnsigned(cgroupText(group, file)).value_or(kUnknown);
}

uint64_t cgroupValue(const std::string& group, const char* file, std::string_view key) {
    for (const std::string& line : split(cgroupText(group, file), '\n'))
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ')
            return parseUnsigned(std::string_view(line).substr(key.size() + 1)).value_or(kUnknown);
    return kUnknown;
}

uint64_t cgroupSum(const std::string& group, const char* file, std::string_view key) {
    // A group that has done no I/O has an empty file.
    std::optional<std::string> text;
    try {
        text = readFileIfExists(cat(group, '/', file), 65536);
    } catch (const Error&) {
    }
    if (!text)
        return kUnknown;
    uint64_t sum = 0;
    for (const std::string& line : split(*text, '\n'))
        sum += parseUnsigned(wordOf(line, key)).value_or(0);
    return sum;
}

uint64_t cgroupQuota(const std::string& group) {
    constexpr uint64_t kSecond = 1'000'000;
    const std::vector<std::string> words = split(cgroupText(group, "cpu.max"), ' ');
    const std::optional<uint64_t> quota = words.size() == 2 ? parseUnsigned(words[0]) : std::nullopt;
    const std::optional<uint64_t> period = words.size() == 2 ? parseUnsigned(words[1]) : std::nullopt;
    return quota && period && *period > 0 ? *quota * kSecond / *period : kNoMaximum;
}

Pressure cgroupPressure(const std::string& group, const char* file) {
    Pressure pressure;
    for (const std::string& line : split(cgroupText(group, file), '\n')) {
        if (!line.starts_with("some "))
            continue;
        pressure.average10 = decimalOf(wordOf(line, "avg10"));
        pressure.average60 = decimalOf(wordOf(line, "avg60"));
        pressure.average300 = decimalOf(wordOf(line, "avg300"));
        pressure.totalUsec = parseUnsigned(wordOf(line, "total")).value_or(kUnknown);
    }
    return pressure;
}

}  // namespace podd
