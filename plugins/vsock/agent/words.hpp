#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// The parts between separators, empty ones too.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
/// The parts between runs of blanks.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);
/// A whole number without sign, and nothing else.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, int base = 10);
/// Without the control characters, which are shown as "?", and no longer than `limit` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit);

} // namespace agent
