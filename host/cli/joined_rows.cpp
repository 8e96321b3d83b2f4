#include "cli/joined_rows.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"

#include <algorithm>
#include <map>

namespace banger::cli {
using api_client::Json;

namespace {

using Columns = std::vector<std::string>;
using Key = std::vector<Json>; ///< a row's cells in the common columns

bool has(const Columns& columns, const std::string& name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
}

bool is_empty(const Json& cell) {
    return cell.is_null() || plain(cell).empty();
}

Key key_of(const Json& row, const Columns& common) {
    Key key;
    for (const std::string& name : common) {
        key.push_back(value_at(row, name.c_str()));
    }
    return key;
}

/// Each cell from the first of the two rows that has it; "" is null, as where there is none.
Json merged(const Columns& columns, const Json& first, const Json& second) {
    Json row = Json::object();
    for (const std::string& name : columns) {
        const Json& cell = value_at(first, name.c_str());
        row[name] = cell.is_null() ? value_at(second, name.c_str()) : cell;
        if (row[name].is_string() && is_empty(row[name])) {
            row[name] = nullptr;
        }
    }
    return row;
}

void sort_by(Json& rows, const Columns& common) {
    std::vector<std::pair<Key, Json>> keyed;
    for (Json& row : rows) {
        keyed.emplace_back(key_of(row, common), std::move(row));
    }
    std::stable_sort(keyed.begin(), keyed.end(),
                     [](const auto& one, const auto& other) { return one.first < other.first; });
    for (std::size_t i = 0; i < keyed.size(); ++i) {
        rows[i] = std::move(keyed[i].second);
    }
}

} // namespace

std::vector<std::string> columns_of(const Json& rows) {
    Columns columns;
    for (const Json& row : rows) {
        for (const auto& [name, cell] : row.items()) {
            if (!has(columns, name)) {
                columns.push_back(name);
            }
        }
    }
    return columns;
}

Json joined_rows(const Json& left, const Json& right) {
    Columns columns = columns_of(left);
    Columns common;
    for (const std::string& name : columns_of(right)) {
        (has(columns, name) ? common : columns).push_back(name);
    }
    std::multimap<Key, std::size_t> by_key;
    for (std::size_t i = 0; i < right.size(); ++i) {
        Key key = key_of(right[i], common);
        if (!common.empty() && std::none_of(key.begin(), key.end(), is_empty)) {
            by_key.emplace(std::move(key), i);
        }
    }
    Json rows = Json::array();
    std::vector<bool> matched(right.size(), false);
    for (const Json& row : left) {
        const auto [from, to] = by_key.equal_range(key_of(row, common));
        for (auto match = from; match != to; ++match) {
            rows.push_back(merged(columns, row, right[match->second]));
            matched[match->second] = true;
        }
        if (from == to) {
            rows.push_back(merged(columns, row, nullptr));
        }
    }
    for (std::size_t i = 0; i < right.size(); ++i) {
        if (!matched[i]) {
            rows.push_back(merged(columns, right[i], nullptr));
        }
    }
    if (!common.empty()) {
        sort_by(rows, common);
    }
    return rows;
}

} // namespace banger::cli
