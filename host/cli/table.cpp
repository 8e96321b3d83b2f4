#include "cli/table.hpp"

#include <algorithm>
#include <numeric>

namespace banger::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least_room = 20; ///< for a value; with less nothing is broken
constexpr std::size_t readable = 16;   ///< a column is not cut below this to keep another one
constexpr std::size_t narrowest = 6;   ///< nor below this at all

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t used = display_width(text);
    return used < width ? text + std::string(width - used, ' ') : text;
}

/// Takes room away from the widest columns until the row fits; false when it does not.
bool shrink(std::vector<std::size_t>& widths, std::size_t available, std::size_t least) {
    const auto total = [&] {
        return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
    };
    while (total() > available) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= least) {
            return false;
        }
        --*widest;
    }
    return true;
}

/// The widths of the columns that are shown.
std::vector<std::size_t> fit(std::vector<std::size_t> natural, std::size_t available) {
    for (; natural.size() > 1; natural.pop_back()) {
        std::vector<std::size_t> widths = natural;
        if (shrink(widths, available, readable)) {
            return widths;
        }
    }
    (void)shrink(natural, available, narrowest);
    return natural;
}

} // namespace

void Table::add(std::vector<std::string> row) {
    row.resize(headings_.size());
    for (std::string& cell : row) {
        if (cell.empty()) {
            cell.assign(1, '-');
        }
    }
    rows_.push_back(std::move(row));
}

std::string Table::text(const Terminal& terminal) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < headings_.size(); ++i) {
        std::size_t width = display_width(headings_[i]);
        for (const auto& row : rows_) {
            width = std::max(width, display_width(row[i]));
        }
        widths.push_back(width);
    }
    if (terminal.width > 0 && !widths.empty()) {
        widths = fit(std::move(widths), static_cast<std::size_t>(terminal.width));
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string result;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const std::string cell = terminal.width > 0 ? fitted(cells[i], widths[i]) : cells[i];
            const bool last = i + 1 == widths.size();
            result += last ? cell : padded(cell, widths[i] + gap);
        }
        return result + "\n";
    };
    std::vector<std::string> headings;
    for (const std::string& heading : headings_) {
        headings.push_back(terminal.bold(heading));
    }
    std::string result = line(headings);
    for (const auto& row : rows_) {
        result += line(row);
    }
    return result;
}

std::string described(const std::vector<std::pair<std::string, std::string>>& pairs,
                      const Terminal& terminal) {
    std::size_t width = 0;
    for (const auto& [key, value] : pairs) {
        width = value.empty() ? width : std::max(width, display_width(key));
    }
    const std::size_t indent = width + gap;
    const auto columns = static_cast<std::size_t>(terminal.width);
    const std::size_t line = columns > indent + least_room ? columns : 0;
    std::string result;
    for (const auto& [key, value] : pairs) {
        if (!value.empty()) {
            result += terminal.dim(padded(key, width)) + std::string(gap, ' ') +
                      wrapped(value, line, indent) + "\n";
        }
    }
    return result;
}

} // namespace banger::cli
