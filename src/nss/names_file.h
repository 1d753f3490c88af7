// SPDX-License-Identifier: LGPL-2.1-or-later
// podd's file of names, hosts(5), as it is read in somebody else's process: no memory but the stack, nothing shared between
// threads, no descriptor that a child inherits. podd replaces the file as a whole, so one open file is one truth.
// What is no line of it (one that is too long, holds a NUL, or has no address) is passed over.
#pragma once

#include <stddef.h>

namespace podd::nss {

constexpr size_t kMaxFile = size_t{4} << 20;  // bytes; a longer one is not podd's, and is refused with EFBIG
constexpr size_t kMaxLine = 1024;             // bytes; podd's are shorter than 600

// Whether a name ends in ".podd.internal", in letters of any case; it may have the '.' of the root at its end.
bool isOurs(const char* name);

// The same, as DNS compares names.
bool isSameName(const char* left, const char* right);

struct Address {
    int family = 0;  // AF_INET, AF_INET6
    size_t size = 0;
    unsigned char bytes[16] = {};  // in the order of the network

    bool parse(const char* text);
    bool operator==(const Address& other) const;
};

class NamesFile {
public:
    explicit NamesFile(const char* path);
    ~NamesFile();
    NamesFile(const NamesFile&) = delete;
    NamesFile& operator=(const NamesFile&) = delete;

    // Moves on to the next line that has fields; false at the end, and when it cannot be read.
    bool next();
    int error() const { return error_; }  // an errno value; 0 = none

    const char* address() const { return address_; }  // of the line, as text
    const char* nextName();                           // of the line's names; nullptr after the last one

private:
    bool fill();
    bool readLine();
    char* nextField();

    int fd_;
    int error_ = 0;
    size_t left_ = kMaxFile;  // that may still be read
    size_t at_ = 0, filled_ = 0;
    char chunk_[4096];
    char line_[kMaxLine];
    char* rest_ = nullptr;  // of the line
    const char* address_ = nullptr;
};

}  // namespace podd::nss
