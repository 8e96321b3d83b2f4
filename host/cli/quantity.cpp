#include "cli/quantity.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>

namespace banger::cli {
namespace {

/// A number at the start of `text`, which is shortened by it.
std::optional<double> take_number(std::string_view& text) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(value) || value < 0) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::optional<double> mib_per(std::string_view unit) {
    static constexpr std::array<std::pair<std::string_view, double>, 13> units{
        {{"", 1},
         {"m", 1},
         {"mb", 1},
         {"mib", 1},
         {"k", 1.0 / 1024},
         {"kib", 1.0 / 1024},
         {"g", 1024},
         {"gb", 1024},
         {"gib", 1024},
         {"t", 1 << 20},
         {"tb", 1 << 20},
         {"tib", 1 << 20},
         {"b", 1.0 / (1 << 20)}}};
    for (const auto& [name, factor] : units) {
        if (name == unit) {
            return factor;
        }
    }
    return std::nullopt;
}

/// Throws invalid below `least`.
double mib_of(std::string_view text, double least) {
    std::string_view rest = text;
    const auto value = take_number(rest);
    const auto factor = mib_per(lower(rest));
    if (!value || !factor) {
        throw os::Error(os::ErrorKind::invalid, "'" + std::string(text) + "' is not a size",
                        size_hint);
    }
    const double mib = *value * *factor;
    if (mib < least || mib > 1e12) {
        throw os::Error(os::ErrorKind::invalid, "size '" + std::string(text) + "' is out of range",
                        size_hint);
    }
    return mib;
}

std::string printed(const char* format, double value) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, value);
    return buffer.data();
}

} // namespace

std::int64_t parse_mib(std::string_view text) {
    return static_cast<std::int64_t>(std::llround(mib_of(text, 1)));
}

std::int64_t parse_bytes(std::string_view option, std::string_view text) {
    constexpr double mib = 1 << 20;
    try {
        return static_cast<std::int64_t>(std::llround(mib_of(text, 1 / mib) * mib));
    } catch (const os::Error& error) {
        throw os::Error(error.kind(), error.what(), rate_hint).with_context(option);
    }
}

std::int64_t parse_mib(std::string_view option, std::string_view text) {
    try {
        return parse_mib(text);
    } catch (const os::Error& error) {
        throw error.with_context(option);
    }
}

std::string mib_text(std::int64_t mib) {
    if (mib < 1024) {
        return std::to_string(mib) + "M";
    }
    const double gib = static_cast<double>(mib) / 1024;
    return (mib % 1024 == 0 ? printed("%.0f", gib) : printed("%.1f", gib)) + "G";
}

double parse_seconds(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, double>, 6> units{
        {{"", 1}, {"s", 1}, {"ms", 0.001}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
    std::string_view rest = text;
    double seconds = 0;
    bool good = !text.empty();
    while (good && !rest.empty()) {
        const auto value = take_number(rest);
        std::size_t length = 0;
        while (length < rest.size() &&
               std::isalpha(static_cast<unsigned char>(rest[length])) != 0) {
            ++length;
        }
        const auto* unit = std::find_if(units.begin(), units.end(), [&](const auto& entry) {
            return entry.first == rest.substr(0, length);
        });
        good = value.has_value() && unit != units.end();
        if (good) {
            seconds += *value * unit->second;
            rest.remove_prefix(length);
        }
    }
    if (!good) {
        throw os::Error(os::ErrorKind::invalid, "'" + std::string(text) + "' is not a time",
                        "write it as 90s, 2m or 1h30m; a plain number is seconds");
    }
    return seconds;
}

std::int64_t parse_seconds(std::string_view option, std::string_view text) {
    try {
        const double seconds = std::ceil(parse_seconds(text));
        if (seconds > 1e9) { // 30 years; more would not fit the answer
            throw os::Error(os::ErrorKind::invalid, "'" + std::string(text) + "' is too long");
        }
        return static_cast<std::int64_t>(seconds);
    } catch (const os::Error& error) {
        throw error.with_context(option);
    }
}

std::string duration_text(double seconds) {
    if (seconds < 0.1) {
        return printed("%.0f ms", seconds * 1000);
    }
    if (seconds < 10) { // cut, as all above: a time that is shown while it grows never falls
        return printed("%.1f s", std::floor(seconds * 10 + 1e-6) / 10);
    }
    if (seconds < 60) {
        return printed("%.0f s", std::floor(seconds));
    }
    const auto whole = static_cast<long>(seconds);
    return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

std::string bytes_text(double bytes) {
    constexpr std::array<const char*, 6> units{"", "K", "M", "G", "T", "P"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    return printed(unit >= 3 && bytes < 100 ? "%.1f" : "%.0f", bytes) + units[unit];
}

std::string age_text(double seconds) {
    const auto whole = static_cast<long>(std::max(seconds, 0.0));
    if (whole < 120) {
        return std::to_string(whole) + "s";
    }
    if (whole < long{2} * 3600) {
        return std::to_string(whole / 60) + "m";
    }
    if (whole < long{2} * 86400) {
        return std::to_string(whole / 3600) + "h";
    }
    return std::to_string(whole / 86400) + "d";
}

std::optional<double> parse_time(std::string_view text) {
    std::tm parts{};
    double fraction = 0;
    const std::string copy(text);
    const char* rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) {
        return std::nullopt;
    }
    if (*rest == '.') {
        std::string_view digits(rest + 1);
        double unit = 0.1;
        for (; !digits.empty() && digits.front() >= '0' && digits.front() <= '9'; unit /= 10) {
            fraction += unit * (digits.front() - '0');
            digits.remove_prefix(1);
        }
    }
    return static_cast<double>(::timegm(&parts)) + fraction;
}

std::string age_since(std::string_view time) {
    const auto then = parse_time(time);
    if (!then) {
        return {};
    }
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    return age_text(now.count() - *then);
}

} // namespace banger::cli
