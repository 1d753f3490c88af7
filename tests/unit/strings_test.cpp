// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/strings.h"

#include <gtest/gtest.h>

#include <limits>

using namespace podd;

namespace {

TEST(Strings, CatStreamsEverything) {
    EXPECT_EQ(cat("a", 1, 'b', std::string("c"), 2.5), "a1bc2.5");
    EXPECT_EQ(cat(""), "");
}

TEST(Strings, QuotedShowsWhatATerminalWouldObey) {
    EXPECT_EQ(quoted("web"), "'web'");
    EXPECT_EQ(quoted("a\nb\x1b[31m\x7f"), "'a\\x0ab\\x1b[31m\\x7f'");
    EXPECT_EQ(quoted(std::string_view("\0", 1)), "'\\x00'");
}

TEST(Strings, PrintableKeepsTextAndShowsTheRestAsBytes) {
    EXPECT_EQ(printable("Gr\xC3\xBC\xC3\x9F"
                        "e \xF0\x9F\x8C\x8D"),
              "Gr\xC3\xBC\xC3\x9F"
              "e \xF0\x9F\x8C\x8D");
    EXPECT_EQ(printable("\xC0\xAF"), "\\xc0\\xaf");
    EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");
    EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
    EXPECT_EQ(printable("a\xE2\x82"), "a\\xe2\\x82");
    EXPECT_EQ(printable("\xC2\x85"), "\\xc2\\x85");  // a C1 control
    EXPECT_EQ(printable("a\xE2\x80\xAE"
                        "b"),
              "a\\xe2\\x80\\xaeb");  // right-to-left override
}

TEST(Strings, SplitAndJoinAreInverse) {
    EXPECT_EQ(split("a//b", '/'), (std::vector<std::string>{"a", "", "b"}));
    EXPECT_EQ(split("", '/'), (std::vector<std::string>{""}));
    EXPECT_EQ(split("/", '/'), (std::vector<std::string>{"", ""}));
    EXPECT_EQ(join({"a", "", "b"}, "/"), "a//b");
    EXPECT_EQ(join({}, "/"), "");
    EXPECT_EQ(join({"a"}, ", "), "a");
}

TEST(Strings, UnsignedNumbersAreDigitsAndNothingElse) {
    EXPECT_EQ(parseUnsigned("0"), 0U);
    EXPECT_EQ(parseUnsigned("18446744073709551615"), std::numeric_limits<uint64_t>::max());
    for (const char* text : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.0", "\n"})
        EXPECT_FALSE(parseUnsigned(text)) << text;
}

TEST(Strings, NearestForgivesTwoEditsAndLetterCase) {
    const std::vector<std::string> known = {"id", "mountPath", "readOnly", "cpus"};
    const auto guess = [&](std::string_view word) {
        const std::string* found = nearest(word, known);
        return found == nullptr ? "" : *found;
    };
    EXPECT_EQ(guess("mountpath"), "mountPath");
    EXPECT_EQ(guess("mount_path"), "mountPath");
    EXPECT_EQ(guess("readonlyy"), "readOnly");
    EXPECT_EQ(guess("READ_ONLY"), "readOnly");
    EXPECT_EQ(guess("cpu"), "cpus");
    EXPECT_EQ(guess("ID"), "id");
    EXPECT_EQ(guess("mountTarget"), "");
    EXPECT_EQ(guess("xy"), "");
    EXPECT_EQ(guess(""), "");
    EXPECT_EQ(guess(std::string(100000, 'a')), "");
}

TEST(Strings, BytesAndSpansReadAsSystemdWritesThem) {
    EXPECT_EQ(formatBytes(0), "0B");
    EXPECT_EQ(formatBytes(1023), "1023B");
    EXPECT_EQ(formatBytes(1024), "1.0K");
    EXPECT_EQ(formatBytes(uint64_t{312} << 20), "312.0M");
    EXPECT_EQ(formatBytes(std::numeric_limits<uint64_t>::max()), "-");
    EXPECT_EQ(formatSpan(15), "15us");
    EXPECT_EQ(formatSpan(15'000), "15ms");
    EXPECT_EQ(formatSpan(2'500'000), "2.500s");
    EXPECT_EQ(formatSpan(3'000'000), "3s");
    EXPECT_EQ(formatSpan(90'000'000), "1min 30s");
    EXPECT_EQ(formatSpan(uint64_t{90061} * 1'000'000), "1d 1h");
}

}  // namespace
