#include "config/units.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

namespace banger::config {
namespace {

using Unit = std::pair<std::string_view, double>;

constexpr double kibi = 1024;
constexpr double mebi = kibi * kibi;
constexpr std::array<Unit, 9> size_units{{{"", mebi},
                                          {"k", kibi},
                                          {"kib", kibi},
                                          {"m", mebi},
                                          {"mib", mebi},
                                          {"g", mebi* kibi},
                                          {"gib", mebi* kibi},
                                          {"t", mebi* mebi},
                                          {"tib", mebi* mebi}}};
constexpr std::array<Unit, 5> time_units{
    {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};

/// A number and a unit as a whole number of the smallest one.
template <std::size_t n>
std::optional<std::int64_t> parse(std::string_view text, const std::array<Unit, n>& units) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || std::signbit(number)) {
        return std::nullopt;
    }
    std::string unit(end, text.data() + text.size());
    std::transform(unit.begin(), unit.end(), unit.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& [name, factor] : units) {
        const double value = number * factor;
        if (name == unit && value < 9e15) { // exact in a double
            return static_cast<std::int64_t>(std::llround(value));
        }
    }
    return std::nullopt;
}

std::string in_unit(std::int64_t value,
                    std::initializer_list<std::pair<std::int64_t, char>> units) {
    for (const auto& [size, name] : units) {
        if (value != 0 && value % size == 0) {
            return std::to_string(value / size) + name;
        }
    }
    return std::to_string(value);
}

} // namespace

std::optional<std::int64_t> parse_size(std::string_view text) noexcept {
    return parse(text, size_units);
}

std::string size_text(std::int64_t bytes) {
    constexpr std::int64_t k = 1024;
    const std::int64_t whole = (bytes + k - 1) / k * k; // there is no unit for single bytes
    return whole == 0
               ? "0"
               : in_unit(whole, {{k * k * k * k, 'T'}, {k * k * k, 'G'}, {k * k, 'M'}, {k, 'K'}});
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
    const auto value = parse(text, time_units);
    return value ? std::optional(std::chrono::milliseconds(*value)) : std::nullopt;
}

std::string duration_text(std::chrono::milliseconds time) {
    const std::int64_t ms = time.count();
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + "s" : std::to_string(ms) + "ms";
}

} // namespace banger::config
