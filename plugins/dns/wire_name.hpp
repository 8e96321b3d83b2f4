#pragma once

#include <string>
#include <string_view>

namespace dns {

/// A host name in the form of DNS messages (RFC 1035, 3.1), lower case: "\3web\2vm\0". Text is
/// what users write: letters, digits and '-' in labels, dots between them, no dot at the end.
/// to_wire() throws Error(BANGER_E_INVALID) with the rule that the text breaks.
[[nodiscard]] std::string to_wire(std::string_view text);
[[nodiscard]] std::string to_text(std::string_view wire); ///< without the last dot

/// The name without its first label; empty for the root.
[[nodiscard]] inline std::string_view parent(std::string_view wire) {
    const auto label = static_cast<unsigned char>(wire.front());
    return label == 0 ? std::string_view() : wire.substr(label + 1U);
}

/// `wire` is `above` or below it.
[[nodiscard]] bool is_within(std::string_view wire, std::string_view above);

} // namespace dns
