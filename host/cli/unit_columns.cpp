#include "cli/unit_columns.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace banger::cli {
using api_client::Json;

namespace {

std::string rounded(double number, int digits) {
    std::array<char, 400> text{}; // the longest double has 309 digits
    const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, number);
    return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

std::string percent_text(double percent) {
    return rounded(percent, 1);
}

struct Unit {
    std::string_view ending; ///< of a member's name
    std::string_view shown;  ///< in its place, over the column
    std::string (*text)(double);
};
constexpr std::array<Unit, 4> units{{{"_bytes_per_s", "_per_s", bytes_text},
                                     {"_bytes", "", bytes_text},
                                     {"_percent", "_%", percent_text},
                                     {"_s", "", age_text}}};

/// None of a name like "rx_per_s", which would lose its half.
const Unit* unit_of(std::string_view name) {
    const auto* found = std::find_if(units.begin(), units.end(), [&](const Unit& unit) {
        return name.size() > unit.ending.size() && name.ends_with(unit.ending);
    });
    return found == units.end() || (found->ending == "_s" && name.ends_with("_per_s")) ? nullptr
                                                                                       : found;
}

bool may_have_unit(const Json& cell) {
    return cell.is_number() || cell.is_null();
}

/// "memory" of "memory_used_bytes" where there is "memory_total_bytes", too.
std::optional<std::string> share_of(const Json& row, const std::string& name,
                                    std::string_view ending) {
    if (!name.ends_with(ending) || name.size() == ending.size()) {
        return std::nullopt;
    }
    const std::string stem = name.substr(0, name.size() - ending.size());
    const bool both = may_have_unit(value_at(row, (stem + "_used_bytes").c_str())) &&
                      may_have_unit(value_at(row, (stem + "_total_bytes").c_str())) &&
                      row.contains(stem + "_used_bytes") && row.contains(stem + "_total_bytes");
    return both ? std::optional(stem) : std::nullopt;
}

Json share_text(const Json& row, const std::string& stem) {
    const auto used = number_at(row, (stem + "_used_bytes").c_str());
    const auto total = number_at(row, (stem + "_total_bytes").c_str());
    return used && total ? Json(bytes_text(*used) + "/" + bytes_text(*total)) : Json();
}

} // namespace

Json with_units(const Json& row) {
    Json shown = Json::object();
    for (const auto& [name, cell] : row.items()) {
        const Unit* unit = may_have_unit(cell) ? unit_of(name) : nullptr;
        if (const auto stem = share_of(row, name, "_used_bytes")) {
            shown[*stem] = share_text(row, *stem);
        } else if (share_of(row, name, "_total_bytes")) {
            continue; // is in that
        } else if (unit != nullptr) {
            const std::string rest = name.substr(0, name.size() - unit->ending.size());
            shown[rest + std::string(unit->shown)] =
                cell.is_number() ? Json(unit->text(cell.get<double>())) : Json();
        } else {
            shown[name] = cell.is_number_float() ? Json(rounded(cell.get<double>(), 2)) : cell;
        }
    }
    return shown;
}

} // namespace banger::cli
