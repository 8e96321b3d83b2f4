#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banger::net {

/// A hardware address of an Ethernet interface.
struct Mac {
    std::array<std::uint8_t, 6> bytes{};

    /// The one address of this name, for life: unicast, locally administered (02:...).
    [[nodiscard]] static Mac derive(std::string_view name) noexcept;
    /// Six pairs of hexadecimal digits with colons between them.
    [[nodiscard]] static std::optional<Mac> parse(std::string_view text) noexcept;
    [[nodiscard]] std::string text() const; ///< "02:1b:..."
    auto operator<=>(const Mac&) const = default;
};

} // namespace banger::net
