#pragma once

#include <compare>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace banger::vmm::firecracker {

/// A release of Firecracker; what follows the numbers ("-dev") does not count.
struct Version {
    unsigned major_number = 0;
    unsigned minor_number = 0;
    unsigned patch = 0;
    auto operator<=>(const Version&) const = default;
};

/// Of "1.16.1" or "v1.17.0-dev"; nullopt for anything else.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text);
[[nodiscard]] std::string to_string(const Version& version);

/// What a program of Firecracker's release says of itself behind `before`, as GET /version does;
/// empty when it says none in 10 s. Throws when it cannot be run.
[[nodiscard]] std::string ask_version(const std::filesystem::path& program,
                                      std::string_view before = "Firecracker v");

/// Ctrl-Alt-Del reaches a guest with ACPI.
constexpr Version least_version{1, 12, 0};

// Requests refuse fields that a release does not know, so each has its first one.
constexpr Version first_with_mtu{1, 16, 0};
constexpr Version first_with_pci{1, 13, 0}; ///< adds pci=off itself where PCI is not switched on
constexpr Version first_with_packed_kernel{1, 17, 0}; ///< bzImage

/// What is known to go wrong with this release: one line, of static storage; mostly empty.
[[nodiscard]] std::string_view known_trouble(const Version& version) noexcept;

} // namespace banger::vmm::firecracker
