#pragma once

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// A time for templates/_moment.tpl: {"AT": as it was told, "FULL": "2026-11-30 13:49:05" of this
/// machine's clock, "AGE": "5 min ago"}; false where there is none.
[[nodiscard]] nlohmann::json moment(const nlohmann::json& time,
                                    std::chrono::system_clock::time_point now);
/// That FULL, or only its "13:49:05"; "" where there is none.
[[nodiscard]] std::string local_time(const nlohmann::json& time);
[[nodiscard]] std::string local_clock(const nlohmann::json& time);

} // namespace web
