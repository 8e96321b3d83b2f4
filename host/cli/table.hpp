#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace banger::cli {

/// Rows under headings, columns aligned, what matters most first: on a terminal long cells are cut
/// to its width but for links, and columns that have no room even so are left out, the last ones
/// first. Cells, and what is described, may be the words of plugins and guests: each is one line,
/// and nothing in it acts on the terminal.
class Table {
  public:
    explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
    /// Missing cells are empty, an empty cell shows "-".
    void add(std::vector<std::string> row);
    [[nodiscard]] std::string text(const Terminal& terminal) const;

  private:
    std::vector<std::string> headings_;
    std::vector<std::vector<std::string>> rows_;
};

/// "key  value" lines with the values in one column, on a terminal broken at its width; pairs with
/// an empty value are left out.
[[nodiscard]] std::string described(const std::vector<std::pair<std::string, std::string>>& pairs,
                                    const Terminal& terminal);

} // namespace banger::cli
