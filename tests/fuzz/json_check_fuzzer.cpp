// SPDX-License-Identifier: LGPL-2.1-or-later
// checkJson() and a second reading of the grammar agree on what is JSON, but for podd's own limits; JsonCpp at its
// strictest reads what passes; and what JsonCpp then writes passes again.
#include <json/reader.h>
#include <json/value.h>
#include <json/writer.h>

#include <algorithm>
#include <memory>
#include <string>

#include "fuzz/plain_json.h"
#include "fuzz/promise.h"
#include "model/json_text.h"

using namespace podd;
using namespace podd::fuzz;

namespace {

size_t valuesIn(const Json::Value& value) {
    size_t count = 1;
    for (const Json::Value& child : value)
        count += valuesIn(child);
    return count;
}

size_t depthOf(const Json::Value& value) {
    size_t deepest = 0;
    for (const Json::Value& child : value)
        deepest = std::max(deepest, depthOf(child));
    return deepest + (value.isObject() || value.isArray() ? 1 : 0);
}

// What is JSON, but not for podd.
bool isLimit(const Problem& problem) {
    for (const char* limit : {"duplicate key", "the NUL character", "is out of range", "nested too deep",
                              "too many values", "bytes long, at most"})
        if (problem.what.find(limit) != std::string::npos)
            return true;
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text = textOf(data, size);
    const JsonCheck check = checkJson(text);
    promise(check.whole || !check.problems.empty(), "what ends the reading is a problem");
    const bool limited = std::any_of(check.problems.begin(), check.problems.end(), isLimit);
    promise(limited || check.problems.empty() == PlainJson::accepts(text), "both readings agree",
            check.problems.empty() ? "" : check.problems.front().what);
    promise(!check.whole || PlainJson::accepts(text), "what was read to its end is JSON");
    if (!check.whole || !check.problems.empty())
        return 0;
    Json::CharReaderBuilder builder;
    Json::CharReaderBuilder::strictMode(&builder.settings_);
    builder["strictRoot"] = false;
    const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
    Json::Value value;
    std::string complaint;
    promise(reader->parse(text.data(), text.data() + text.size(), &value, &complaint), "JsonCpp reads it", complaint);
    promise(valuesIn(value) <= kMaxJsonValues && depthOf(value) <= kMaxJsonDepth, "the limits were kept");

    Json::StreamWriterBuilder writer;
    writer["indentation"] = "";
    const std::string written = Json::writeString(writer, value);
    promise(written.size() > kMaxJsonSize || checkJson(written).problems.empty(), "what JsonCpp writes passes",
            written);
    return 0;
}
