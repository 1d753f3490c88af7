// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mutations.h"

#include <json/writer.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <random>

#include "base/strings.h"
#include "model/json_text.h"

namespace podd::testing {

namespace {

using Kind = Mutation::Kind;

std::string json(const Json::Value& value) {
    Json::StreamWriterBuilder builder;
    builder["indentation"] = "";
    builder["emitUTF8"] = true;
    return Json::writeString(builder, value);
}

// Where a value and, in an object, its key stand in a text.
struct Place {
    size_t member = 0;  // the key, or the value of an item
    size_t value = 0;
    size_t end = 0;
};

// The definition on one line, and where everything is.
class Written {
public:
    explicit Written(const Json::Value& definition) { write(definition, "", 0); }

    const std::string& text() const { return text_; }
    const Place& at(const std::string& pointer) const { return places_.at(pointer); }

private:
    void write(const Json::Value& value, const std::string& pointer, size_t member) {
        Place place{member, text_.size(), 0};
        if (!value.isObject() && !value.isArray()) {
            text_ += json(value);
        } else {
            text_ += value.isObject() ? "{" : "[";
            for (auto each = value.begin(); each != value.end(); ++each) {
                const size_t start = text_.size();
                if (value.isObject())
                    text_ += json(each.name()) + ":";
                write(*each,
                      value.isObject() ? pointerTo(pointer, each.name()) : pointerTo(pointer, size_t{each.index()}),
                      start);
                text_ += ",";
            }
            if (value.size() > 0)
                text_.pop_back();
            text_ += value.isObject() ? "}" : "]";
        }
        place.end = text_.size();
        places_[pointer] = place;
    }

    std::string text_;
    std::map<std::string, Place> places_;
};

// The text of the definition with the change in it.
void apply(Mutation& mutation, const Written& written) {
    const Place& place = written.at(mutation.pointer);
    const auto replace = [&](size_t begin, size_t end, const std::string& by, size_t change) {
        mutation.text = written.text().substr(0, begin) + by + written.text().substr(end);
        mutation.offset = begin + change;
    };
    const std::string key = written.text().substr(place.member, place.value - place.member);  // with its ':'
    switch (mutation.kind) {
        case Kind::value: return replace(place.value, place.end, mutation.raw, 0);
        case Kind::key: return replace(place.member, place.value - 1, mutation.raw, 0);
        case Kind::twice: return replace(place.end, place.end, "," + key + mutation.raw, 1);
        case Kind::added: {
            const bool empty = place.end == place.value + 2;
            return replace(place.end - 1, place.end - 1, (empty ? "" : ",") + mutation.raw, empty ? 0 : 1);
        }
        case Kind::removed: {
            const bool last = written.text()[place.end] != ',';
            const bool only = last && written.text()[place.member - 1] != ',';
            return replace(place.member - (last && !only ? 1 : 0), place.end + (last ? 0 : 1), "", 0);
        }
    }
}

const std::vector<std::string>& rawValues() {
    static const std::vector<std::string> kValues = [] {
        std::vector<std::string> values = {
            // of every type
            "null", "true", "false", "[]", "{}", R"(["x"])", R"({"x":1})", "[null]", "[[]]", "[{}]", R"("x")",
            // numbers
            "0", "1", "-1", "-0", "-0.0", "0.5", "1.5", "-0.5", "1.0", "1e0", "1e2", "0.30000000000000004", "65535",
            "65536", "1000", "1001", "2147483647", "2147483648", "4294967295", "4294967296", "4294967297",
            "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615",
            "18446744073709551616", "18446744073709551617", "-2147483649", "-9223372036854775809", "1e20", "1e308",
            "4.9e-324", "1e999", "-1e999", "1e-999", R"("1")", R"("0x10")", R"("1e999")", R"("NaN")",
            // what is no JSON
            "0.1+0.2", "NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x10", "1_000", "10mb", "True", "nul",
            "'x'", "", "x", "[1,]", "// no\n1"};
        for (const char* text : {"",
                                 "-",
                                 "--help",
                                 "-rf",
                                 "+1",
                                 ".",
                                 "..",
                                 "/",
                                 "//",
                                 "/.",
                                 "/..",
                                 "../x",
                                 "a/../b",
                                 "/a/../b",
                                 "/a/./b",
                                 "/a//b",
                                 "./a",
                                 "a b",
                                 "a%i",
                                 "a@b",
                                 "a:b",
                                 "a=b",
                                 "a_b",
                                 "a.b",
                                 "A",
                                 "Web",
                                 "a-",
                                 "_app",
                                 "*",
                                 "restart",
                                 "/versions",
                                 "/tasks",
                                 "4294967294",
                                 "4294967295",
                                 "4294967296",
                                 "root",
                                 "unlimited",
                                 "UNLIMITED",
                                 "disabled",
                                 "fixed",
                                 "Fixed",
                                 "docker",
                                 "HOST",
                                 "hots",
                                 "share_parent",
                                 "Oldest_First",
                                 "group_by",
                                 "[a-z",
                                 "(",
                                 "caf\u00e9",
                                 "cafe\u0301",
                                 "\u0430",
                                 "\uff0e\uff0e\uff0f",
                                 "\u202ea",
                                 "\u2066",
                                 "\u2028",
                                 "\u00a0",
                                 "\u200b",
                                 "\x7f",
                                 "\xc2\x9b"})
            values.push_back('"' + std::string(text) + '"');
        for (const char* text : {"\\u0000", "a\\u0000b", "/a\\u0000/../etc", "a\\nb", "\\t", "\\u0001", "\\ufffe",
                                 "\\ud83f\\udfff", "\xef\xb7\x90", "\\u001b[31m", "\\ud800", "\\ud83d\\ude00", "\\x",
                                 "\x80", "\xc0\xaf", "\xed\xa0\x80", "\x01", "a\nb"})
            values.push_back('"' + std::string(text) + '"');
        for (const size_t length : {63U, 64U, 255U, 256U, 1024U, 1025U, 131072U})
            values.push_back('"' + std::string(length, 'a') + '"');
        return values;
    }();
    return kValues;
}

// The same text with something before, behind or in it.
std::vector<std::string> variantsOf(const std::string& text) {
    const std::string inner = json(text).substr(1, json(text).size() - 2);
    std::string upper = inner;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
    std::vector<std::string> variants;
    for (const std::string& each :
         {upper, inner + " ", " " + inner, inner + "\\n", inner + "\\u0000", "\\u0000" + inner, inner + "\\u202e",
          inner + "\xcc\x81", inner + "/", inner + "-", inner + "/..", inner + inner, inner + "x"})
        variants.push_back('"' + each + '"');
    return variants;
}

// What people type instead of a key.
std::vector<std::string> misspellings(const std::string& key, std::mt19937& random) {
    std::vector<std::string> all;
    const auto any = [&](size_t size) { return std::uniform_int_distribution<size_t>(0, size - 1)(random); };
    std::string upper = key;
    std::string lower = key;
    std::transform(key.begin(), key.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
    std::transform(key.begin(), key.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string capital = key;
    capital[0] = upper[0];
    all = {upper, lower, capital, key + " ", " " + key, key + "s", "_" + key, key + "\u0301", "\u0430" + key.substr(1)};
    for (size_t i = 0; i < key.size(); ++i) {
        all.push_back(key.substr(0, i) + key.substr(i + 1));
        all.push_back(key.substr(0, i) + key[i] + key.substr(i));
        if (i > 0)
            all.push_back(key.substr(0, i - 1) + key[i] + key[i - 1] + key.substr(i + 1));
    }
    for (int i = 0; i < 6; ++i) {  // two edits
        std::string twice = key;
        twice.insert(any(twice.size() + 1), 1, static_cast<char>('a' + any(26)));
        twice[any(twice.size())] = static_cast<char>('a' + any(26));
        all.push_back(twice);
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::erase(all, key);
    return all;
}

bool isItem(const std::string& pointer) {
    return !pointer.empty() && std::isdigit(static_cast<unsigned char>(pointer.back())) != 0;
}

class Mutator {
public:
    Mutator(const Json::Value& definition, const std::function<void(const Mutation&)>& visit)
        : definition_(definition), visit_(visit) {}

    size_t run() {
        walk(definition_, "");
        return count_;
    }

private:
    void walk(const Json::Value& value, const std::string& pointer) {
        for (const std::string& raw : rawValues())
            if (!raw.empty() || !isItem(pointer))  // a list without the item is one
                emit(Kind::value, pointer, raw);
        if (value.isString())
            for (const std::string& raw : variantsOf(value.asString()))
                emit(Kind::value, pointer, raw);
        if (value.isObject()) {
            emit(Kind::added, pointer, R"("zzzzzzzz":[{"any":1}])");
            emit(Kind::added, pointer, R"("__proto__":{})");
            emit(Kind::added, pointer, R"("\u202e\n":0)");
            emit(Kind::added, pointer, R"("a\u0000":0)");
        }
        for (auto each = value.begin(); each != value.end(); ++each) {
            const bool member = value.isObject();
            const std::string place =
                member ? pointerTo(pointer, each.name()) : pointerTo(pointer, size_t{each.index()});
            if (member)
                ofKey(each.name(), *each, place);
            walk(*each, place);
        }
    }
    void ofKey(const std::string& key, const Json::Value& value, const std::string& place) {
        emit(Kind::removed, place, "");
        emit(Kind::twice, place, json(value));
        emit(Kind::twice, place, "null");
        for (const std::string& other : misspellings(key, random_))
            if (!other.empty())
                emit(Kind::key, place, json(other));
    }
    void emit(Kind kind, const std::string& pointer, const std::string& raw) {
        Mutation mutation{kind, pointer, raw, "", 0};
        apply(mutation, written_);
        ++count_;
        visit_(mutation);
    }

    const Json::Value& definition_;
    const Written written_{definition_};
    const std::function<void(const Mutation&)>& visit_;
    std::mt19937 random_{20260101};  // the same ones every time
    size_t count_ = 0;
};

}  // namespace

std::string Mutation::name() const {
    static constexpr const char* kNames[] = {"=", "key", "twice", "removed", "added"};
    return cat(pointer, ' ', kNames[static_cast<size_t>(kind)], ' ', printable(std::string_view(raw).substr(0, 60)));
}

size_t mutate(const Json::Value& definition, const std::function<void(const Mutation&)>& visit) {
    return Mutator(definition, visit).run();
}

}  // namespace podd::testing
