// SPDX-License-Identifier: LGPL-2.1-or-later
// The encoding between podd, spawner, executor and podd-init: little numbers and length-prefixed strings, one
// after another, in the order that the struct's visit() names them. Both ends come from one build; a version
// number in front of each message refuses any other. Strings carry a NUL behind their last byte so that
// podd-init can use them in place.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.h"

namespace podd::wire {

// Raised whenever a struct that travels changes its shape.
constexpr uint32_t kVersion = 5;

template <typename T>
concept Scalar = std::is_integral_v<T> || std::is_enum_v<T>;

class Writer {
public:
    template <Scalar T>
    void operator()(const T& value) {
        const auto wide = static_cast<uint64_t>(value);
        out_.append(reinterpret_cast<const char*>(&wide), sizeof(wide));
    }
    void operator()(const std::string& text) {
        (*this)(text.size());
        out_.append(text).push_back('\0');
    }
    template <typename T>
    void operator()(const std::vector<T>& items) {
        (*this)(items.size());
        for (const T& item : items)
            (*this)(item);
    }
    template <typename T>
    requires requires(T& value, Writer& writer) { value.visit(writer); }
    void operator()(const T& value) {
        const_cast<T&>(value).visit(*this);  // visit() names the members for reading and for writing
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

// Throws Error on anything that does not fit; never reads beyond the input.
class Reader {
public:
    explicit Reader(std::string_view in) : in_(in) {}

    template <Scalar T>
    void operator()(T& value) {
        uint64_t wide = 0;
        std::memcpy(&wide, take(sizeof(wide)).data(), sizeof(wide));
        value = static_cast<T>(wide);
    }
    void operator()(std::string& text) {
        const size_t size = count();
        text = take(size);
        if (take(1).front() != '\0')
            broken();
    }
    template <typename T>
    void operator()(std::vector<T>& items) {
        const size_t size = count();
        items.clear();
        for (size_t i = 0; i < size; ++i)
            (*this)(items.emplace_back());
    }
    template <typename T>
    requires requires(T& value, Reader& reader) { value.visit(reader); }
    void operator()(T& value) { value.visit(*this); }
    void end() const {
        if (!in_.empty())
            broken();
    }

private:
    [[noreturn]] static void broken() { throw Error(Errc::internal, "a message between podd's parts is broken"); }
    size_t count() {
        uint64_t size = 0;
        (*this)(size);
        if (size > in_.size())
            broken();
        return size;
    }
    std::string_view take(size_t size) {
        if (size > in_.size())
            broken();
        const std::string_view taken = in_.substr(0, size);
        in_.remove_prefix(size);
        return taken;
    }

    std::string_view in_;
};

// A whole message: version, then the value.
template <typename T>
std::string encode(const T& value) {
    Writer writer;
    writer(kVersion);
    writer(value);
    return writer.take();
}

template <typename T>
T decode(std::string_view in) {
    Reader reader(in);
    uint32_t version = 0;
    reader(version);
    if (version != kVersion)
        throw Error(Errc::unavailable, "podd and its parts are of different builds: restart podd-spawner.service");
    T value{};
    reader(value);
    reader.end();
    return value;
}

}  // namespace podd::wire
