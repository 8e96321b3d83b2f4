#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace web {

/// RFC 3986, section 2.1: every byte but the unreserved ones becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view bytes);
/// Nothing for a broken %XX, a byte of zero, or what is not UTF-8 once it is decoded.
/// plus_is_space: as forms have it.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
[[nodiscard]] bool is_utf8(std::string_view bytes);

} // namespace web
