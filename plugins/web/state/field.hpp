#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// Members of JSON that others wrote: the daemon, plugins, guests, which may say anything. What is
/// of another kind than asked for counts as not there, and none of these throws.
[[nodiscard]] const nlohmann::json& field(const nlohmann::json& object, const char* name);
[[nodiscard]] std::string field_text(const nlohmann::json& object, const char* name);
/// `otherwise` where there is none that is finite and not negative.
[[nodiscard]] double field_number(const nlohmann::json& object, const char* name,
                                  double otherwise = 0);
/// A whole number, at most 2^53; what is negative or broken is 0.
[[nodiscard]] std::uint64_t field_count(const nlohmann::json& object, const char* name);
[[nodiscard]] bool field_flag(const nlohmann::json& object, const char* name);
/// An empty one where there is none.
[[nodiscard]] const nlohmann::json& field_list(const nlohmann::json& object, const char* name);
[[nodiscard]] const nlohmann::json& field_object(const nlohmann::json& object, const char* name);

} // namespace web
