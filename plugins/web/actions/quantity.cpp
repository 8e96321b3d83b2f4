#include "quantity.hpp"

#include "http/lower_case.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace web {
namespace {

using Unit = std::pair<std::string_view, double>;
constexpr double mebi = 1 << 20;
constexpr std::array<Unit, 13> size_units{{{"", mebi},
                                           {"b", 1},
                                           {"k", 1024},
                                           {"kib", 1024},
                                           {"m", mebi},
                                           {"mb", mebi},
                                           {"mib", mebi},
                                           {"g", mebi * 1024},
                                           {"gb", mebi * 1024},
                                           {"gib", mebi * 1024},
                                           {"t", mebi* mebi},
                                           {"tb", mebi* mebi},
                                           {"tib", mebi* mebi}}};
constexpr std::array<Unit, 6> time_units{
    {{"", 1}, {"s", 1}, {"ms", 0.001}, {"m", 60}, {"h", 3600}, {"d", 86400}}};

/// A number at the start of `text`, which is shortened by it.
std::optional<double> take_number(std::string_view& text) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(value) || std::signbit(value)) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

template <std::size_t n>
std::optional<double> factor_of(std::string_view unit, const std::array<Unit, n>& units) {
    const std::string lower = in_lower_case(unit);
    for (const auto& [name, factor] : units) {
        if (name == lower) {
            return factor;
        }
    }
    return std::nullopt;
}

std::optional<double> size_in_bytes(std::string_view text) {
    const auto value = take_number(text);
    const auto factor = factor_of(text, size_units);
    constexpr double most = 9e15; // exact in a double
    if (!value || !factor || *value * *factor > most) {
        return std::nullopt;
    }
    return *value * *factor;
}

/// In the largest of these units that leaves no rest.
template <std::size_t n>
std::string in_units(std::int64_t value,
                     const std::array<std::pair<std::int64_t, const char*>, n>& units) {
    for (const auto& [size, name] : units) {
        if (value != 0 && value % size == 0) {
            return std::to_string(value / size) + name;
        }
    }
    return std::to_string(value);
}

} // namespace

std::optional<std::int64_t> find_mib(std::string_view text) {
    const auto bytes = size_in_bytes(text);
    const auto mib = bytes ? std::llround(*bytes / mebi) : 0;
    return mib < 1 ? std::nullopt : std::optional<std::int64_t>(mib);
}

std::optional<std::int64_t> find_bytes(std::string_view text) {
    const auto bytes = size_in_bytes(text);
    const auto whole = bytes ? std::llround(*bytes) : 0;
    return whole < 1 ? std::nullopt : std::optional<std::int64_t>(whole);
}

std::optional<std::int64_t> find_seconds(std::string_view text) {
    double seconds = 0;
    if (text.empty()) {
        return std::nullopt;
    }
    while (!text.empty()) {
        const auto value = take_number(text);
        const std::size_t next = text.find_first_of("0123456789.");
        const auto factor = factor_of(text.substr(0, next), time_units);
        if (!value || !factor) {
            return std::nullopt;
        }
        seconds += *value * *factor;
        text = next == std::string_view::npos ? std::string_view() : text.substr(next);
    }
    constexpr double most = 1e9;
    return seconds > most ? std::nullopt
                          : std::optional(static_cast<std::int64_t>(std::ceil(seconds)));
}

std::string mib_input(std::int64_t mib) {
    return in_units(mib, std::array<std::pair<std::int64_t, const char*>, 3>{
                             {{1 << 20, "T"}, {1024, "G"}, {1, "M"}}});
}

std::string bytes_input(std::int64_t bytes) {
    return in_units(bytes, std::array<std::pair<std::int64_t, const char*>, 4>{
                               {{1 << 30, "G"}, {1 << 20, "M"}, {1024, "K"}, {1, "B"}}});
}

std::string seconds_input(std::int64_t seconds) {
    return in_units(seconds, std::array<std::pair<std::int64_t, const char*>, 4>{
                                 {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}}});
}

} // namespace web
