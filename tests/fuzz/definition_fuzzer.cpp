// SPDX-License-Identifier: LGPL-2.1-or-later
// Definition → model → canonical form → model. No text makes the reader throw; what it accepts, it accepts again in
// the canonical form, as the same pod, without a difference; and every problem has a place in the text and a pointer
// that leads there.
#include <json/reader.h>
#include <json/value.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "base/strings.h"
#include "fuzz/promise.h"
#include "model/diff_json.h"
#include "model/pod_spec_json.h"

using namespace podd;
using namespace podd::fuzz;

namespace {

std::optional<Json::Value> read(std::string_view text) {
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    Json::Value value;
    if (!reader->parse(text.data(), text.data() + text.size(), &value, nullptr))
        return std::nullopt;
    return value;
}

std::string unescaped(std::string_view token) {
    std::string text;
    for (size_t i = 0; i < token.size(); ++i) {
        const bool escape = token[i] == '~' && i + 1 < token.size();
        text += escape ? (token[++i] == '1' ? '/' : '~') : token[i];
    }
    return text;
}

const Json::Value* childOf(const Json::Value& value, const std::string& token) {
    if (value.isObject())
        return value.find(token.data(), token.data() + token.size());
    const std::optional<uint64_t> index = parseUnsigned(token);
    const bool there = value.isArray() && index && *index < value.size();
    return there ? &value[static_cast<Json::ArrayIndex>(*index)] : nullptr;
}

// To a value of the document, or to a member that an object of it does not have.
bool leadsSomewhere(const Json::Value& document, const std::string& pointer) {
    if (!pointer.empty() && pointer.front() != '/')
        return false;
    const Json::Value* at = &document;
    for (size_t start = 1; start <= pointer.size();) {
        const size_t end = std::min(pointer.find('/', start), pointer.size());
        const Json::Value* child = childOf(*at, unescaped(std::string_view(pointer).substr(start, end - start)));
        if (child == nullptr)
            return end == pointer.size() && at->isObject();
        at = child;
        start = end + 1;
    }
    return true;
}

void checkPlace(const Problem& problem, std::string_view text) {
    if (problem.line == 0) {  // of the text as a whole
        promise(problem.pointer.empty(), "a problem of a field has a place", problem.what);
        return;
    }
    size_t start = 0;
    for (unsigned line = 1; line < problem.line; ++line) {
        start = text.find('\n', start);
        promise(start != std::string_view::npos, "the line of a problem is in the text", problem.what);
        ++start;
    }
    const size_t length = std::min(text.find('\n', start), text.size()) - start;
    promise(problem.column >= 1 && problem.column <= length + 1, "the column is in the line", problem.what);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text = textOf(data, size);
    const ParsedPod parsed = parsePod(text);
    const std::optional<Json::Value> document = read(text);
    for (const Problem& problem : parsed.problems) {
        promise(!problem.what.empty(), "a problem says what it is");
        promise(printable(describe(problem, "f")) == describe(problem, "f"), "a problem is fit for a terminal");
        checkPlace(problem, text);
        if (document && parsed.ok())
            promise(leadsSomewhere(*document, problem.pointer), "a pointer leads to something", problem.pointer);
    }
    promise(parsePod(text, /* strict = */ true).ok() <= parsed.ok(), "strict accepts nothing more");
    if (!parsed.ok())
        return 0;
    const std::string canonical = canonicalJson(parsed.spec);
    const ParsedPod again = parsePod(canonical, /* strict = */ true);
    promise(again.ok(), "the canonical form is accepted",
            again.problems.empty() ? canonical : describe(again.problems.front(), canonical));
    promise(again.spec == parsed.spec, "the canonical form is the same pod", canonical);
    promise(canonicalJson(again.spec) == canonical, "there is one canonical form", canonical);
    for (const std::string& line : split(canonical, '\n'))
        promise(printable(line) == line, "the canonical form is safe to show", line);
    promise(diffDefinitions(canonical, canonical).empty(), "there is nothing between a definition and itself",
            canonical);
    promise(!diffDefinitions("", canonical).empty(), "there is something between a definition and nothing", canonical);
    return 0;
}
