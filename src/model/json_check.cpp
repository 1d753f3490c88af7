// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/json_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "base/strings.h"

namespace podd {

namespace {

constexpr size_t kLongestLine = 200;   // bytes that are shown of it
constexpr size_t kMaxDuplicates = 16;  // a pointer may be as long as the text: their number is bounded

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

void appendUtf8(std::string& out, unsigned code) {
    const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

// Recursive descent; a function returns false once the text is found broken, and problems_ then says why. What is not
// part of the recursion stays out of its frames (noinline): 32 levels fit into a small stack in every build.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text), lines_(text) {}

    JsonCheck run() {
        const bool whole = document();
        return {std::move(problems_), whole};
    }

private:
    // An object or list that is open at this place of the text.
    struct Level {
        bool isObject = false;
        bool inKey = false;                  // the key is just being read
        size_t index = 0;                    // of the present item of a list
        std::string key;                     // of the present member of an object
        std::map<std::string, size_t> keys;  // of the object so far, with their offsets
    };

    bool document() {
        if (text_.starts_with("\xEF\xBB\xBF"))
            return fail(0, "the text begins with a byte order mark");
        if (!value())
            return false;
        skipSpace();
        return at_ == text_.size() || fail(at_, cat("unexpected ", found(), " after the end of the definition"));
    }

    bool value() {
        skipSpace();
        if (++values_ > kMaxJsonValues)
            return beyond("too many values: at most ", kMaxJsonValues, " are allowed");
        switch (at_ < text_.size() ? text_[at_] : '\0') {
            case '{':
            case '[': return nested();
            case '"': return string(nullptr);
            case 't': return word("true");
            case 'f': return word("false");
            case 'n': return word("null");
            default: return number();
        }
    }

    bool nested() {
        if (levels_.size() == kMaxJsonDepth)
            return beyond("nested too deep: at most ", kMaxJsonDepth, " levels are allowed");
        levels_.emplace_back().isObject = text_[at_] == '{';
        const bool good = levels_.back().isObject ? items('}') : items(']');
        levels_.pop_back();
        return good;
    }

    // The members or items between a pair of brackets.
    bool items(char close) {
        ++at_;
        skipSpace();
        if (take(close))
            return true;
        for (;; ++levels_.back().index) {
            if ((close == '}' && !key()) || !value())
                return false;
            skipSpace();
            if (take(close))
                return true;
            const size_t comma = at_;
            if (!take(','))
                return unexpectedHere(close == '}' ? ", expected ',' or '}'" : ", expected ',' or ']'");
            skipSpace();
            if (at_ < text_.size() && text_[at_] == close)
                return trailing(comma);
        }
    }

    [[gnu::noinline]] bool beyond(const char* before, size_t limit, const char* behind) {
        return fail(at_, cat(before, limit, behind));
    }
    [[gnu::noinline]] bool unexpectedHere(const char* expected) {
        return fail(at_, cat("unexpected ", found(), expected));
    }
    [[gnu::noinline]] bool trailing(size_t comma) { return fail(comma, "trailing comma"); }

    // The key of a member and its ':'.
    [[gnu::noinline]] bool key() {
        const size_t begin = at_;
        if (at_ == text_.size() || text_[at_] != '"')
            return unexpectedHere(", expected a key in double quotes");
        std::string name;
        levels_.back().inKey = true;
        if (!string(&name))
            return false;
        Level& level = levels_.back();
        level.inKey = false;
        const auto [first, isNew] = level.keys.try_emplace(name, begin);
        level.key = std::move(name);
        if (!isNew)
            duplicate(begin, first->second);
        skipSpace();
        return take(':') || unexpectedHere(", expected ':'");
    }

    void duplicate(size_t second, size_t first) {
        if (problems_.size() == kMaxDuplicates)
            return;
        const TextPosition position = lines_.at(first);
        report(second, pointer(),
               cat("duplicate key ", shown(levels_.back().key), ", first given at line ", position.line, ", column ",
                   position.column));
    }

    // A string; `decoded` gets its value if the caller has a use for it.
    [[gnu::noinline]] bool string(std::string* decoded) {
        const size_t begin = at_++;
        while (at_ < text_.size()) {
            const auto byte = static_cast<unsigned char>(text_[at_]);
            if (byte == '"') {
                ++at_;
                return true;
            }
            if (byte == '\\') {
                if (!escape(decoded))
                    return false;
                continue;
            }
            if (byte < 0x20)
                return fail(at_, cat("raw control character ", found(), " in a string, write it as an escape"));
            const size_t length = utf8Length(text_.substr(at_));
            if (length == 0)
                return fail(at_, cat("byte ", found(), " is not valid UTF-8"));
            if (decoded != nullptr)
                decoded->append(text_, at_, length);
            at_ += length;
        }
        return fail(begin, "the string that begins here has no end");
    }

    bool escape(std::string* decoded) {
        static constexpr std::string_view kLetters = "\"\\/bfnrt";
        static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const size_t begin = at_++;
        const char letter = at_ < text_.size() ? text_[at_] : '\0';
        ++at_;
        if (letter == 'u')
            return unicode(begin, decoded);
        const size_t which = kLetters.find(letter);
        if (which == std::string_view::npos)
            return fail(begin, "unknown escape in a string");
        if (decoded != nullptr)
            *decoded += kMeanings[which];
        return true;
    }

    // Behind the \u of an escape that began at `begin`.
    bool unicode(size_t begin, std::string* decoded) {
        std::optional<unsigned> code = hex();
        if (!code)
            return fail(begin, "\\u needs four hexadecimal digits");
        if (*code == 0)
            return fail(begin, "the NUL character is not allowed anywhere", pointer());
        if (*code >= 0xD800 && *code <= 0xDFFF) {
            const bool high = *code < 0xDC00 && text_.substr(at_, 2) == "\\u";
            at_ += high ? 2 : 0;
            const std::optional<unsigned> low = high ? hex() : std::nullopt;
            if (!low || *low < 0xDC00 || *low > 0xDFFF)
                return fail(begin, "an escape for half a surrogate pair");
            *code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
        }
        if (decoded != nullptr)
            appendUtf8(*decoded, *code);
        return true;
    }

    std::optional<unsigned> hex() {
        const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
        unsigned code = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (digits.size() < 4 || error != std::errc{} || end != digits.data() + 4)
            return std::nullopt;
        at_ += 4;
        return code;
    }

    [[gnu::noinline]] bool word(std::string_view expected) {
        if (!text_.substr(at_).starts_with(expected))
            return unexpected();
        at_ += expected.size();
        return true;
    }

    [[gnu::noinline]] bool number() {
        const size_t begin = at_;
        const bool negative = take('-');
        const size_t whole = digits();
        if (whole == 0)
            return negative ? fail(begin, "a '-' without a number") : unexpected();
        if (whole > 1 && text_[at_ - whole] == '0')
            return fail(begin, "a number with a leading zero");
        if (take('.') && digits() == 0)
            return fail(begin, "a number without digits after its '.'");
        const size_t mantissa = at_;
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            if (digits() == 0)
                return fail(begin, "a number without digits in its exponent");
        }
        return inRange(begin, mantissa);
    }

    // Neither infinite nor, being other than 0 as written, too near to 0.
    bool inRange(size_t begin, size_t mantissa) {
        double value = 0;
        const auto [end, error] = std::from_chars(text_.data() + begin, text_.data() + at_, value);
        const bool zero = text_.substr(begin, mantissa - begin).find_first_of("123456789") == std::string_view::npos;
        if ((error != std::errc{} && !zero) || !std::isfinite(value) || (value == 0 && !zero))
            return fail(begin, cat("the number ", shown(text_.substr(begin, at_ - begin)), " is out of range"),
                        pointer());
        return true;
    }

    size_t digits() {
        const size_t begin = at_;
        while (at_ < text_.size() && isDigit(text_[at_]))
            ++at_;
        return at_ - begin;
    }

    bool unexpected() {
        if (at_ < text_.size() && text_[at_] == '+')
            return fail(at_, "a number does not begin with '+'");
        if (at_ < text_.size() && text_[at_] == '.')
            return fail(at_, "a number needs a digit before its '.'");
        return fail(at_, cat("unexpected ", found(), ", expected a value"));
    }

    // What stands at the present place, in words.
    std::string found() const {
        const std::string_view rest = text_.substr(std::min(at_, text_.size()));
        if (rest.empty())
            return "end of the text";
        if (rest.starts_with("//") || rest.starts_with("/*") || rest.front() == '#')
            return "comment";
        size_t length = 0;
        while (length < rest.size() && std::isalnum(static_cast<unsigned char>(rest[length])) != 0)
            ++length;
        return shown(rest.substr(0, std::max<size_t>(length, 1)));
    }

    void skipSpace() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }
    bool take(char c) {
        const bool there = at_ < text_.size() && text_[at_] == c;
        at_ += there ? 1 : 0;
        return there;
    }

    std::string pointer() const {
        std::string path;
        for (const Level& level : levels_)
            if (!level.inKey)
                path = level.isObject ? pointerTo(path, level.key) : pointerTo(path, level.index);
        return path;
    }

    void report(size_t offset, std::string where, std::string what) {
        const TextPosition position = lines_.at(offset);
        problems_.push_back({.pointer = std::move(where),
                             .what = std::move(what),
                             .line = position.line,
                             .column = position.column,
                             .value = printable(shortened(lines_.line(offset), kLongestLine))});
    }
    bool fail(size_t offset, std::string what, std::string where = "") {
        report(offset, std::move(where), std::move(what));
        return false;
    }

    std::string_view text_;
    LineIndex lines_;
    size_t at_ = 0;
    size_t values_ = 0;
    std::vector<Level> levels_;
    std::vector<Problem> problems_;
};

}  // namespace

JsonCheck checkJson(std::string_view text) {
    if (text.size() <= kMaxJsonSize)
        return Scanner(text).run();
    Problem tooLong;
    tooLong.what = cat("the definition is ", text.size(), " bytes long, at most ", kMaxJsonSize, " are allowed");
    return {{std::move(tooLong)}, false};
}

}  // namespace podd
