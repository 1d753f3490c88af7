// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd reads back from disk: envelopes, records, names of versions. A text that is whole is read as what it is, a
// damaged one is refused, and nothing else happens. The first byte of the input says which bit gets damaged.
#include <boost/crc.hpp>
#include <string>

#include "base/strings.h"
#include "fuzz/promise.h"
#include "model/envelope.h"
#include "model/instance_record.h"
#include "model/version.h"

using namespace podd;
using namespace podd::fuzz;

namespace {

std::string damaged(std::string text, size_t seed) {
    const size_t bit = seed % (text.size() * 8);
    text[bit / 8] = static_cast<char>(static_cast<unsigned char>(text[bit / 8]) ^ 1U << bit % 8);
    return text;
}

void checkEnvelope(std::string_view body, size_t seed) {
    for (const std::string_view kind : {"state", "version"}) {
        const std::string whole = sealed(kind, body);
        promise(unsealed(kind, whole) == body, "a whole envelope is opened");
        promise(!unsealed("other", whole), "an envelope of another kind is refused");
        promise(!unsealed(kind, damaged(whole, seed)), "a damaged envelope is refused");
        promise(!unsealed(kind, std::string_view(whole).substr(0, seed % whole.size())), "a torn envelope is refused");
        promise(!unsealed(kind, whole + "x"), "a longer envelope is refused");
        if (const auto opened = unsealed(kind, body))
            promise(sealed(kind, *opened) == body, "there is one envelope for a body");
    }
}

// Whatever it holds, with a checksum that is right.
void checkRecord(std::string_view lines, size_t seed) {
    boost::crc_32_type crc;
    crc.process_bytes(lines.data(), lines.size());
    const auto record = parseRecord(cat(lines, "END=", crc.checksum(), '\n'));
    (void)parseRecord(lines);
    if (!record)
        return;
    const std::string text = recordText(*record);
    promise(parseRecord(text) == record, "a record is read back", text);
    promise(!parseRecord(damaged(text, seed)), "a damaged record is refused", text);
    promise(!parseRecord(std::string_view(text).substr(0, seed % text.size())), "a torn record is refused", text);
}

void checkVersion(std::string_view text) {
    if (const auto milliseconds = parseVersion(text)) {
        promise(versionText(*milliseconds) == text, "a version has one name", text);
        promise(parseVersion(nextVersion(0, text)).value_or(0) > *milliseconds, "versions only grow", text);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    const size_t seed = data[0] * size_t{256} + data[1];
    const std::string_view text = textOf(data + 2, size - 2);
    checkEnvelope(text, seed);
    checkRecord(text, seed);
    checkVersion(text);
    return 0;
}
