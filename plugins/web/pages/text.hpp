#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace web {

/// Words of pages. The CLI says the same things in the same words. Whatever the JSON holds, nothing
/// here throws.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes); ///< "1.5 GiB"
[[nodiscard]] std::string mib_text(std::uint64_t mib);     ///< "2 GiB", "768 MiB"
[[nodiscard]] std::string percent_text(double percent);    ///< "0.4 %", "37 %"
[[nodiscard]] std::string
seconds_text(double seconds); ///< "4.2 s", "3 min 5 s", "2 h 10 min", "3 d 4 h"
/// "5 min ago", "just now", of RFC 3339 in UTC as the daemon writes it; "" for null or what is no
/// time.
[[nodiscard]] std::string age_text(const nlohmann::json& time,
                                   std::chrono::system_clock::time_point now);
/// "in 5 min", "now"; as above.
[[nodiscard]] std::string until_text(const nlohmann::json& time,
                                     std::chrono::system_clock::time_point now);
/// Of the years 1970 to 2200.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point>
time_of(const nlohmann::json& time);
/// "create testbox", "stop testbox", "build image dev" of an operation's kind and target.
[[nodiscard]] std::string operation_text(const nlohmann::json& operation);
/// "<count> <noun>", with an s unless it is one.
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view noun);
/// What a guest or a plugin calls something, on one line: without control characters and marks of
/// the writing direction, of at most so many characters.
[[nodiscard]] std::string line_text(std::string_view text, std::size_t most = 120);
/// line_text() of a string of JSON, "" of anything else.
[[nodiscard]] std::string line_in(const nlohmann::json& object, const char* name,
                                  std::size_t most = 120);
/// For templates: a state as text beside its colour and icon: {"STATE":..,
/// "TONE":"good|busy|idle|warn|bad"}.
[[nodiscard]] nlohmann::json vm_state(const nlohmann::json& vm);
[[nodiscard]] nlohmann::json operation_state(const nlohmann::json& operation);

} // namespace web
