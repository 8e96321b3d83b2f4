#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace banger::net {

/// A hardware address of an Ethernet interface.
struct Mac {
    std::array<std::uint8_t, 6> bytes{};

    /// The one address of this name, for life: unicast, locally administered (02:...).
    [[nodiscard]] static Mac derive(std::string_view name) noexcept;
    [[nodiscard]] std::string text() const; ///< "02:1b:..."
    bool operator==(const Mac&) const = default;
};

} // namespace banger::net
