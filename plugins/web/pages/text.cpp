#include "text.hpp"

#include "object_of.hpp"
#include "state/field.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <map>

namespace web {
namespace {

using nlohmann::json;

std::string number(double value) {
    std::array<char, 32> text{};
    const double tenths = std::round(value * 10) / 10;
    const bool whole = tenths >= 10 || std::floor(tenths) == tenths;
    const int length = std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.1f", tenths);
    return {text.data(), static_cast<std::size_t>(length)};
}

/// Of one character of UTF-8 text; what is none counts one byte at a time.
std::size_t character_size(unsigned char first) {
    return first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

/// Acts on what is around it, and is nothing to see: C0, C1, marks that turn or hide text.
bool is_mark(std::string_view character) {
    const auto byte = static_cast<unsigned char>(character.front());
    if (character.size() == 1) {
        return byte < 0x20 || byte == 0x7f;
    }
    if (character.size() == 2) {
        return (byte == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0) ||
               character == "\u061c";
    }
    static constexpr std::string_view marks[] = {
        "\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b", "\u202c",
        "\u202d", "\u202e", "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff"};
    return std::find(std::begin(marks), std::end(marks), character) != std::end(marks);
}

/// The greater unit is enough: "2 h".
std::string rough_text(double seconds) {
    const std::string text = seconds_text(seconds);
    return text.substr(0, text.find(' ', text.find(' ') + 1));
}

json toned(const std::string& state, const std::map<std::string_view, std::string_view>& tones) {
    const auto tone = tones.find(state);
    return object_of({{"STATE", state}, {"TONE", tone == tones.end() ? "idle" : tone->second}});
}

} // namespace

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::array<const char*, 6> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return number(value) + " " + units[unit];
}

std::string mib_text(std::uint64_t mib) {
    return bytes_text(std::min(mib, std::uint64_t{1} << 43U) << 20U);
}

std::string percent_text(double percent) {
    return number(std::isfinite(percent) ? percent : 0) + " %";
}

std::string seconds_text(double seconds) {
    seconds = std::isfinite(seconds) ? std::clamp(seconds, 0.0, 1e12) : 0;
    if (seconds < 60) {
        return number(seconds) + " s";
    }
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    const auto two = [](std::uint64_t more, const char* more_unit, std::uint64_t less,
                        const char* less_unit) {
        return std::to_string(more) + more_unit +
               (less == 0 ? "" : " " + std::to_string(less) + less_unit);
    };
    if (whole < 3600) {
        return two(whole / 60, " min", whole % 60, " s");
    }
    if (whole < 86400) {
        return two(whole / 3600, " h", whole % 3600 / 60, " min");
    }
    return two(whole / 86400, " d", whole % 86400 / 3600, " h");
}

std::optional<std::chrono::system_clock::time_point> time_of(const json& time) {
    constexpr std::time_t last = 7258118400; // 2200
    std::tm utc{};
    if (!time.is_string() || strptime(time.get_ref<const std::string&>().c_str(),
                                      "%Y-%m-%dT%H:%M:%S", &utc) == nullptr) {
        return std::nullopt;
    }
    const std::time_t seconds = timegm(&utc);
    if (seconds < 0 || seconds > last) {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(seconds);
}

std::string age_text(const json& time, std::chrono::system_clock::time_point now) {
    const auto at = time_of(time);
    if (!at) {
        return {};
    }
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - *at).count();
    return age < 5 ? "just now" : rough_text(static_cast<double>(age)) + " ago";
}

std::string until_text(const json& time, std::chrono::system_clock::time_point now) {
    const auto at = time_of(time);
    if (!at) {
        return {};
    }
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(*at - now).count();
    return left < 1 ? "now" : "in " + rough_text(static_cast<double>(left));
}

std::string operation_text(const json& operation) {
    const std::string kind = line_in(operation, "kind");
    const std::string target = line_in(operation, "target");
    const std::size_t dot = kind.find('.');
    if (dot == std::string::npos) {
        return kind.empty() ? kind : kind + (target.empty() ? " a VM" : " " + target);
    }
    if (kind == "imagebuild.build") {
        return "build image " + target;
    }
    return kind.substr(dot + 1) + (target.empty() ? "" : " " + target) + " (" +
           kind.substr(0, dot) + ")";
}

std::string line_text(std::string_view text, std::size_t most) {
    std::string line;
    for (std::size_t count = 0; !text.empty(); ++count) {
        const std::string_view character =
            text.substr(0, character_size(static_cast<unsigned char>(text.front())));
        if (count == most) {
            return line + "\u2026";
        }
        text.remove_prefix(character.size());
        if (character == "\n" || character == "\t") {
            line += ' ';
        } else if (!is_mark(character)) {
            line += character;
        }
    }
    return line;
}

std::string line_in(const json& object, const char* name, std::size_t most) {
    const json& value = field(object, name);
    return value.is_string() ? line_text(value.get_ref<const std::string&>(), most) : std::string();
}

std::string count_text(std::uint64_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

json vm_state(const json& vm) {
    static const std::map<std::string_view, std::string_view> tones{
        {"running", "good"},  {"creating", "busy"},      {"starting", "busy"},
        {"stopping", "busy"}, {"deleting", "busy"},      {"paused", "warn"},
        {"crashed", "bad"},   {"cleanup-pending", "bad"}};
    return toned(line_in(vm, "state", 40), tones);
}

json operation_state(const json& operation) {
    static const std::map<std::string_view, std::string_view> tones{
        {"succeeded", "good"},  {"queued", "busy"}, {"running", "busy"},
        {"cancelling", "busy"}, {"failed", "bad"},  {"interrupted", "bad"}};
    return toned(line_in(operation, "state", 40), tones);
}

} // namespace web
