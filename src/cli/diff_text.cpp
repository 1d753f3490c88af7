// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/diff_text.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/render.h"

namespace podd::cli {

namespace {

constexpr size_t kLong = 200;    // bytes of both values from which on they are cut to what differs
constexpr size_t kContext = 24;  // bytes that stay on each side of it

char signOf(const Change& change) {
    switch (change.kind) {
        case Change::Kind::added: return '+';
        case Change::Kind::removed: return '-';
        case Change::Kind::changed: break;
    }
    return '~';
}

Style::Ink inkOf(const Change& change) {
    switch (change.kind) {
        case Change::Kind::added: return Style::Ink::green;
        case Change::Kind::removed: return Style::Ink::red;
        case Change::Kind::changed: break;
    }
    return Style::Ink::yellow;
}

bool startsCharacter(const std::string& text, size_t at) {
    return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

// The text without `front` bytes at its beginning and `back` at its end, but for some context; whole characters stay.
std::string cut(const std::string& text, size_t front, size_t back, const std::string& dots) {
    size_t begin = front > 2 * kContext ? front - kContext : 0;
    size_t end = back > 2 * kContext ? text.size() - back + kContext : text.size();
    while (begin > 0 && !startsCharacter(text, begin))
        --begin;
    while (!startsCharacter(text, end))
        ++end;
    return cat(begin > 0 ? dots : "", printable(text.substr(begin, end - begin)), end < text.size() ? dots : "");
}

std::string bothValues(const Change& change, const Style& style) {
    const std::string& a = change.before;
    const std::string& b = change.after;
    const std::string arrow = style.unicode ? " → " : " -> ";
    if (a.size() + b.size() <= kLong)
        return cat(printable(a), arrow, printable(b));
    const std::string dots = style.unicode ? "…" : "...";
    const size_t shorter = std::min(a.size(), b.size());
    const auto same = std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(shorter), b.begin());
    const auto front = static_cast<size_t>(same.first - a.begin());
    const auto rest = static_cast<std::ptrdiff_t>(shorter - front);
    const auto back = static_cast<size_t>(std::mismatch(a.rbegin(), a.rbegin() + rest, b.rbegin()).first - a.rbegin());
    return cat(cut(a, front, back, dots), arrow, cut(b, front, back, dots));
}

std::string valueText(const Change& change, const Style& style) {
    switch (change.kind) {
        case Change::Kind::added: return printable(change.after);
        case Change::Kind::removed: return printable(change.before);
        case Change::Kind::changed: break;
    }
    return bothValues(change, style);
}

std::string pathText(const Change& change) {
    return change.path.empty() ? "/" : printable(change.path);
}

}  // namespace

std::string changesText(const std::vector<Change>& changes, const Style& style) {
    std::string text;
    for (const Change& change : changes)
        text +=
            cat("  ",
                style.paint(inkOf(change), cat(signOf(change), ' ', pathText(change), ": ", valueText(change, style))),
                '\n');
    return text;
}

std::string changesSummary(const std::vector<Change>& changes, size_t width, const Style& style) {
    std::string text;
    for (size_t i = 0; i < changes.size(); ++i) {
        const Change& change = changes[i];
        const std::string path = cat(i == 0 ? "" : ", ", signOf(change), ' ', pathText(change));
        std::string whole = cat(path, ": ", valueText(change, style));
        if (changes.size() == 1 && columns(whole) <= width)
            return whole;
        const size_t left = changes.size() - i - 1;
        const std::string more = left == 0 ? "" : cat(" and ", left, " more");
        if (i > 0 && columns(text) + columns(path) + columns(more) > width)
            return cat(text, " and ", left + 1, " more");
        text += path;
        if (columns(text) + columns(more) > width)
            return shortened(text, width - columns(more)) + more;
    }
    return text;
}

}  // namespace podd::cli
