// SPDX-License-Identifier: LGPL-2.1-or-later
// Tables and trees of text, in the looks of systemd's tools. Pure: text in, text out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.h"

namespace podd::cli {

// How many columns a text takes on a terminal (every character counts as one).
size_t columns(std::string_view text);

// The text cut to `width` columns, with an ellipsis where something is missing.
std::string shortened(const std::string& text, size_t width);

struct Cell {
    Cell(std::string content, Style::Ink colour = Style::Ink::none) : text(std::move(content)), ink(colour) {}

    std::string text;
    Style::Ink ink;
};

// A header in capitals, rows, two spaces between columns, and a footer such as "3 pods listed.".
class Table {
public:
    explicit Table(std::vector<std::string> headers) : headers_(std::move(headers)) {}

    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    // `noun` in the singular.
    std::string text(const Style& style, bool legend, const char* noun) const;

private:
    std::vector<std::string> headers_;
    std::vector<std::vector<Cell>> rows_;
};

struct TreeNode {
    std::string text;
    std::vector<TreeNode> children;
};

// One line per node, each with `indent` spaces and its branches in front.
std::string treeText(const std::vector<TreeNode>& nodes, size_t indent, const Style& style);

// "●" and its relatives, painted; "*", "o" and "x" where the character set has no better.
std::string dot(Style::Ink ink, const Style& style);

}  // namespace podd::cli
