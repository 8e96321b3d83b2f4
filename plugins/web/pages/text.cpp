#include "text.hpp"

#include <array>
#include <cmath>
#include <ctime>
#include <map>

namespace web {
namespace {

using nlohmann::json;

std::string number(double value) {
    std::array<char, 32> text{};
    const int length =
        std::snprintf(text.data(), text.size(),
                      value < 10 && std::floor(value) != value ? "%.1f" : "%.0f", value);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<std::chrono::system_clock::time_point> parse_time(const json& time) {
    if (!time.is_string()) {
        return std::nullopt;
    }
    std::tm utc{};
    if (strptime(time.get_ref<const std::string&>().c_str(), "%Y-%m-%dT%H:%M:%S", &utc) ==
        nullptr) {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(timegm(&utc));
}

json toned(const std::string& state, const std::map<std::string_view, std::string_view>& tones) {
    const auto tone = tones.find(state);
    return {{"STATE", state}, {"TONE", tone == tones.end() ? "idle" : tone->second}};
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
    return bytes_text(mib << 20U);
}

std::string seconds_text(double seconds) {
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

std::string age_text(const json& time, std::chrono::system_clock::time_point now) {
    const auto at = parse_time(time);
    if (!at) {
        return {};
    }
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - *at).count();
    if (age < 5) {
        return "just now";
    }
    const std::string text = seconds_text(static_cast<double>(age));
    // The greater unit is enough: "2 h ago".
    const std::size_t second = text.find(' ', text.find(' ') + 1);
    return text.substr(0, second) + " ago";
}

std::string operation_text(const json& operation) {
    const std::string kind = operation.value("kind", "");
    const std::string target = operation.value("target", "");
    const std::size_t dot = kind.find('.');
    const std::string verb = dot == std::string::npos ? kind : kind.substr(dot + 1);
    if (kind.compare(0, 3, "vm.") == 0) {
        return verb + " " + target;
    }
    return verb + (target.empty() ? "" : " " + target) +
           (dot == std::string::npos ? "" : " (" + kind.substr(0, dot) + ")");
}

std::string count_text(std::uint64_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

json vm_state(const json& vm) {
    static const std::map<std::string_view, std::string_view> tones{
        {"running", "good"},  {"creating", "busy"},      {"starting", "busy"},
        {"stopping", "busy"}, {"deleting", "busy"},      {"paused", "busy"},
        {"crashed", "bad"},   {"cleanup-pending", "bad"}};
    return toned(vm.value("state", ""), tones);
}

json operation_state(const json& operation) {
    static const std::map<std::string_view, std::string_view> tones{
        {"succeeded", "good"},  {"queued", "busy"}, {"running", "busy"},
        {"cancelling", "busy"}, {"failed", "bad"},  {"interrupted", "bad"}};
    return toned(operation.value("state", ""), tones);
}

} // namespace web
