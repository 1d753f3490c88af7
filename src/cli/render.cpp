// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/render.h"

#include <algorithm>

#include "base/strings.h"

namespace podd::cli {

namespace {

bool startsCharacter(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;  // not a continuation byte of UTF-8
}

void addCell(std::string& line, const std::string& shown, std::string_view plain, size_t width, bool last) {
    line += shown;
    if (!last)
        line.append(width - columns(plain) + 2, ' ');
}

std::string footer(size_t count, const char* noun) {
    if (count == 0)
        return cat("No ", noun, "s listed.\n");
    return cat('\n', count, ' ', noun, count == 1 ? "" : "s", " listed.\n");
}

void addTree(std::string& out, const std::vector<TreeNode>& nodes, const std::string& prefix, const Style& style) {
    for (const TreeNode& node : nodes) {
        const bool last = &node == &nodes.back();
        const char* branch = style.unicode ? (last ? "└─" : "├─") : (last ? "`-" : "|-");
        const char* trunk = last ? "  " : (style.unicode ? "│ " : "| ");
        out += cat(prefix, style.paint(Style::Ink::grey, branch), node.text, '\n');
        addTree(out, node.children, prefix + style.paint(Style::Ink::grey, trunk), style);
    }
}

}  // namespace

size_t columns(std::string_view text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), startsCharacter));
}

std::string shortened(const std::string& text, size_t width) {
    if (columns(text) <= width)
        return text;
    constexpr size_t kDots = 3;
    if (width <= kDots)
        return std::string(width, '.');
    size_t end = 0;
    for (size_t seen = 0; end < text.size(); ++end)
        if (startsCharacter(text[end]) && seen++ == width - kDots)
            break;
    return text.substr(0, end) + "...";
}

std::string Table::text(const Style& style, bool legend, const char* noun) const {
    std::vector<size_t> widths;
    for (const std::string& header : headers_)
        widths.push_back(legend ? columns(header) : 0);
    for (const std::vector<Cell>& row : rows_)
        for (size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columns(row[i].text));
    std::string out;
    std::string line;
    if (legend && !rows_.empty()) {
        for (size_t i = 0; i < headers_.size(); ++i)
            addCell(line, headers_[i], headers_[i], widths[i], i + 1 == headers_.size());
        out += style.underlined(line) + '\n';
    }
    for (const std::vector<Cell>& row : rows_) {
        line.clear();
        for (size_t i = 0; i < row.size(); ++i)
            addCell(line, style.paint(row[i].ink, row[i].text), row[i].text, widths[i], i + 1 == row.size());
        out += line + '\n';
    }
    return legend ? out + footer(rows_.size(), noun) : out;
}

std::string treeText(const std::vector<TreeNode>& nodes, size_t indent, const Style& style) {
    std::string out;
    addTree(out, nodes, std::string(indent, ' '), style);
    return out;
}

std::string dot(Style::Ink ink, const Style& style) {
    switch (ink) {
        case Style::Ink::red: return style.paint(ink, style.unicode ? "×" : "x");
        case Style::Ink::none:
        case Style::Ink::grey: return style.unicode ? "○" : "o";
        case Style::Ink::bold:
        case Style::Ink::green:
        case Style::Ink::yellow: break;
    }
    return style.paint(ink, style.unicode ? "●" : "*");
}

}  // namespace podd::cli
