#include "size_text.hpp"

#include <charconv>

namespace imagebuild {
namespace {

constexpr std::int64_t most_mib = std::int64_t{16} << 20U;

std::optional<double> mib_in(char unit) {
    switch (unit) {
    case 'M':
    case 'm':
        return 1;
    case 'G':
    case 'g':
        return 1024;
    case 'T':
    case 't':
        return 1024.0 * 1024;
    default:
        return std::nullopt;
    }
}

} // namespace

std::optional<std::int64_t> find_mib(std::string_view text) {
    double factor = 1;
    if (const auto unit = text.empty() ? std::nullopt : mib_in(text.back())) {
        factor = *unit;
        text.remove_suffix(1);
    }
    if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) {
        return std::nullopt;
    }
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    const double mib = number * factor;
    if (read.ec != std::errc() || read.ptr != end || mib < 1 ||
        mib > static_cast<double>(most_mib)) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(mib);
}

} // namespace imagebuild
