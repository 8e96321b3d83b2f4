#include "params.hpp"

#include "percent.hpp"

namespace web {
namespace {

constexpr std::size_t most = 1000;

} // namespace

std::optional<Params> Params::parse(std::string_view text) {
    Params params;
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (pair.empty()) {
            continue;
        }
        const std::size_t equals = pair.find('=');
        auto name = percent_decode(pair.substr(0, equals), true);
        auto value =
            percent_decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
        if (!name || !value || params.items_.size() == most) {
            return std::nullopt;
        }
        params.add(std::move(*name), std::move(*value));
    }
    return params;
}

void Params::add(std::string name, std::string value) {
    items_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string_view> Params::find(std::string_view name) const {
    for (const auto& [key, value] : items_) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

std::string_view Params::get(std::string_view name) const {
    return find(name).value_or(std::string_view());
}

std::vector<std::string> Params::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : items_) {
        if (key == name) {
            values.push_back(value);
        }
    }
    return values;
}

} // namespace web
