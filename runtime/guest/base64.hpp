#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace banger::guest {

/// Decodes standard base64 with padding; nullopt when the text is anything else.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

} // namespace banger::guest
