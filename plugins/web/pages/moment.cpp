#include "moment.hpp"

#include "text.hpp"

#include <array>
#include <ctime>

namespace web {
namespace {

std::string told_locally(const nlohmann::json& time, const char* format) {
    const auto at = time_of(time);
    if (!at) {
        return {};
    }
    const std::time_t seconds = std::chrono::system_clock::to_time_t(*at);
    std::tm local{};
    std::array<char, 32> text{};
    if (localtime_r(&seconds, &local) == nullptr ||
        std::strftime(text.data(), text.size(), format, &local) == 0) {
        return {};
    }
    return text.data();
}

} // namespace

std::string local_time(const nlohmann::json& time) {
    return told_locally(time, "%Y-%m-%d %H:%M:%S");
}

std::string local_clock(const nlohmann::json& time) {
    return told_locally(time, "%H:%M:%S");
}

nlohmann::json moment(const nlohmann::json& time, std::chrono::system_clock::time_point now) {
    const std::string full = local_time(time);
    if (full.empty()) {
        return false;
    }
    return {{"AT", line_text(time.get_ref<const std::string&>(), 40)},
            {"FULL", full},
            {"AGE", age_text(time, now)}};
}

} // namespace web
