// SPDX-License-Identifier: LGPL-2.1-or-later
// Texts of up to 256 KiB that are made to be expensive for the reader of definitions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "model/json_text.h"
#include "small_definitions.h"

namespace podd::testing {

inline std::string times(size_t count, const std::string& text) {
    std::string out;
    out.reserve(count * text.size());
    for (size_t i = 0; i < count; ++i)
        out += text;
    return out;
}

// `open`, as many items as there is room for in a definition (or `most`), `close`.
inline std::string filled(const std::string& open, const std::function<std::string(size_t)>& item,
                          const std::string& close, size_t most = SIZE_MAX) {
    std::string text = open;
    for (size_t i = 0; i < most; ++i) {
        const std::string next = (i == 0 ? "" : ",") + item(i);
        if (text.size() + next.size() + close.size() > kMaxJsonSize)
            break;
        text += next;
    }
    return text + close;
}

// A pod with many containers, each with the member `more`.
inline std::string crowd(const std::string& ofPod, size_t containers, const std::string& more) {
    return filled(R"({"id":"/a",)" + ofPod + R"("containers":[)",
                  [&](size_t i) { return cat(R"({"name":"c)", i, "\",", kExec, R"(,"resources":{},)", more, "}"); },
                  "]}", containers);
}

using NamedText = std::pair<std::string, std::string>;

inline std::vector<NamedText> expensiveJson() {
    const auto same = [](const std::string& text) { return [text](size_t) { return text; }; };
    const std::string name = times(130000, "a");
    return {
        {"one key again and again", filled("{", same(R"("a":0)"), "}")},
        {"the same, each on a line", filled("{", same("\n\"a\":0"), "}")},
        {"duplicates with a pointer of 130 kB", "{\"" + name + filled("\":{", same(R"("a":0)"), "}}", 1000)},
        {"as many values as allowed", filled("[", same("0"), "]", kMaxJsonValues - 1)},
        {"as many lists as allowed", filled("[", same("[]"), "]", kMaxJsonValues - 1)},
        {"objects with one key", filled("[", same(R"({"a":0})"), "]", kMaxJsonValues / 2 - 1)},
        {"towers of 31 levels", filled("[", same(times(31, "[") + times(31, "]")), "]", kMaxJsonValues / 31 - 1)},
        {"one string of escapes", pod(R"("labels":{"a":")" + times(43000, "\\u00e9") + "\"}")},
        {"one key of 260 kB", pod("\"" + times(260000, "a") + "\":0")},
        {"two keys of 130 kB", pod("\"" + name + "\":{\"" + name + "\":0}")},
        {"a number of 250 kB", pod(R"("scaling":{"kind":"fixed","instances":1)" + times(250000, "0") + "}")},
        {"a fraction of 250 kB", pod(R"("scaling":{"kind":"fixed","instances":1.)" + times(250000, "3") + "}")},
        {"a small number of 250 kB",
         pod(R"("scaling":{"kind":"fixed","instances":0.)" + times(250000, "0") + "1e250001}")},
        {"integers of 308 digits", filled("[", same(times(308, "9")), "]")},
        {"numbers that are hard to round", filled("[", same("0.1234567890123456789e-300"), "]")},
        {"line ends", times(kMaxJsonSize - 2, "\n") + "{}"},
        {"brackets", times(kMaxJsonSize, "[")},
        {"quotes", times(kMaxJsonSize, "\"")},
        {"backslashes", "\"" + times(kMaxJsonSize - 1, "\\")},
    };
}

inline std::vector<NamedText> expensiveDefinitions() {
    const auto numbered = [](const std::string& before, const std::string& after) {
        return [=](size_t i) { return cat(before, i, after); };
    };
    const std::string start = pod("");
    const std::string open = start.substr(0, start.size() - 1);  // up to the next member
    const std::string mount = R"({"name":"v","mountPath":"/)";
    return {
        {"unknown fields", filled(open, numbered("\"zzzzzzzzzz", "\":0"), "}")},
        {"unknown fields of line ends", filled(open, numbered("\"" + times(20, "\\n"), "\":0"), "}")},
        {"near misses of a long field", filled(open, numbered("\"legacySharedCgroup", "\":0"), "}")},
        {"long near misses", filled(open, numbered("\"" + times(58, "x"), "\":0"), "}")},
        {"labels", filled(open + "\"labels\":{", numbered("\"", "\":\"\""), "}}")},
        {"wrong labels", filled(open + "\"labels\":{", numbered("\"", "\":0"), "}}", 512)},
        {"wrong names of variables", filled(open + "\"environment\":{", numbered("\"-", "\":0"), "}}")},
        {"twice wrong variables", filled(open + "\"environment\":{", numbered("\"-", "\":{}"), "}}", 512)},
        {"a wrong id of 258 kB", identified(times(43000, "\\u0001"))},
        {"an id of slashes", identified(times(260000, "/"))},
        {"an id of dots", identified(times(86000, "/.."))},
        {"a long command", command("{\"shell\":\"" + times(260000, "a") + "\"}")},
        {"arguments", command(filled("{\"argv\":[", numbered("\"", "\""), "]}", 8192))},
        {"wrong arguments", command(filled("{\"argv\":[", numbered("", ""), "]}", 8192))},
        {"a path of slashes", mountedAt(times(260000, "/"))},
        {"mounts, all different",
         crowd(R"("volumes":[{"name":"v"}],)", 64, "\"volumeMounts\":[" + repeated(110, mount, "\"}") + "]")},
        {"mounts, as many as a container may have",
         crowd(R"("volumes":[{"name":"v"}],)", 64, "\"volumeMounts\":[" + repeated(256, mount, "\"}") + "]")},
        {"mounts of no volume", crowd("", 64, "\"volumeMounts\":[" + repeated(256, mount, "\"}") + "]")},
        {"mounts over each other",
         crowd(R"("volumes":[{"name":"v"}],)", 64, "\"volumeMounts\":[" + repeated(250, mount + "a\"}", "") + "]")},
        {"too many variables in sum", crowd("\"environment\":{" + repeated(512, "\"A", "\":\"\"") + "},", 64,
                                            "\"environment\":{" + repeated(180, "\"B", "\":\"\"") + "}")},
        {"containers of the same name",
         filled(R"({"id":"/a","containers":[)",
                [](size_t) { return R"({"name":"c",)" + kExec + R"(,"resources":{}})"; }, "]}", 64)},
        {"containers that are none", filled(R"({"id":"/a","containers":[)", [](size_t) { return "{}"; }, "]}", 64)},
        {"too many containers",
         filled(R"({"id":"/a","containers":[)", [](size_t) { return "{\"name\":\"c\"}"; }, "]}", 16000)},
    };
}

}  // namespace podd::testing
