#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace web {

/// RFC 4648, section 5, without padding.
[[nodiscard]] std::string base64url(std::string_view bytes);
/// Nothing for what base64url() does not write: each text of bytes has one form.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

} // namespace web
