#include "cli/table.hpp"

#include "cli/console_text.hpp"

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

using Widths = std::vector<std::size_t>;

/// Takes room away from the widest columns until the row fits, from none below what it needs at
/// least; false when it does not.
bool shrink(Widths& widths, std::size_t available, const Widths& least) {
    const auto total = [&] {
        return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
    };
    while (total() > available) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            if (widths[i] > least[i] && (widest == nullptr || widths[i] > *widest)) {
                widest = &widths[i];
            }
        }
        if (widest == nullptr) {
            return false;
        }
        --*widest;
    }
    return true;
}

/// The widths of the columns that are shown. `links`: a link that is cut leads nowhere.
Widths fit(Widths natural, const std::vector<bool>& links, std::size_t available) {
    Widths least;
    for (std::size_t i = 0; i < natural.size(); ++i) {
        least.push_back(links[i] ? natural[i] : readable);
    }
    for (; natural.size() > 1; natural.pop_back()) {
        Widths widths = natural;
        if (shrink(widths, available, least)) {
            return widths;
        }
    }
    (void)shrink(natural, available, Widths(1, narrowest));
    return natural;
}

bool is_link(const std::string& cell) {
    return cell.starts_with("http://") || cell.starts_with("https://");
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
    std::vector<std::string> titles;
    for (const std::string& heading : headings_) {
        titles.push_back(shown_line(heading, false));
    }
    std::vector<std::vector<std::string>> rows = rows_;
    for (auto& row : rows) {
        for (std::string& cell : row) {
            cell = shown_line(cell, terminal.colour);
        }
    }
    Widths widths;
    std::vector<bool> links;
    for (std::size_t i = 0; i < titles.size(); ++i) {
        std::size_t width = display_width(titles[i]);
        bool link = false;
        for (const auto& row : rows) {
            width = std::max(width, display_width(row[i]));
            link = link || is_link(row[i]);
        }
        widths.push_back(width);
        links.push_back(link);
    }
    if (terminal.width > 0 && !widths.empty()) {
        widths = fit(std::move(widths), links, static_cast<std::size_t>(terminal.width));
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
    for (const std::string& title : titles) {
        headings.push_back(terminal.bold(title));
    }
    std::string result = line(headings);
    for (const auto& row : rows) {
        result += line(row);
    }
    return result;
}

std::string described(const std::vector<std::pair<std::string, std::string>>& pairs,
                      const Terminal& terminal) {
    std::vector<std::pair<std::string, std::string>> shown;
    std::size_t width = 0;
    for (const auto& [key, value] : pairs) {
        if (!value.empty()) {
            shown.emplace_back(shown_line(key, false), shown_line(value, terminal.colour));
            width = std::max(width, display_width(shown.back().first));
        }
    }
    const std::size_t indent = width + gap;
    const auto columns = static_cast<std::size_t>(terminal.width);
    const std::size_t line = columns > indent + least_room ? columns : 0;
    std::string result;
    for (const auto& [key, value] : shown) {
        result += terminal.dim(padded(key, width)) + std::string(gap, ' ') +
                  wrapped(value, line, indent) + "\n";
    }
    return result;
}

} // namespace banger::cli
