#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace vsock {

/// What a guest sent is not what it may send. It ends the stream that it came by, nothing else.
class Refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

constexpr std::size_t most_entries = 256; ///< of any list of a guest

/// One JSON object of a guest, at most 16 levels deep; what is no UTF-8 in it is replaced. Throws
/// Refused.
[[nodiscard]] nlohmann::json parse_object(std::string_view bytes);

/// Members of an object of a guest. One that is missing or has another type is 0, empty or false:
/// an agent may be newer, or lie, and neither may cost more than that value.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& object, const char* key);
[[nodiscard]] const nlohmann::json& list_in(const nlohmann::json& object, const char* key);
[[nodiscard]] std::uint64_t count_in(const nlohmann::json& object, const char* key,
                                     std::uint64_t most);
[[nodiscard]] std::int64_t signed_in(const nlohmann::json& object, const char* key,
                                     std::int64_t most); ///< from -most to most
[[nodiscard]] double number_in(const nlohmann::json& object, const char* key, double most);
[[nodiscard]] double number_of(const nlohmann::json& value, double most); ///< from 0 to most
[[nodiscard]] bool flag_in(const nlohmann::json& object, const char* key);
[[nodiscard]] std::string text_in(const nlohmann::json& object, const char* key, std::size_t most);
/// The strings of a list, cut like every list and shown() in `most` bytes.
[[nodiscard]] std::vector<std::string> texts_of(const nlohmann::json& list, std::size_t most);

} // namespace vsock
