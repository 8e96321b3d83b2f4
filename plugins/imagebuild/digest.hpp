#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace imagebuild {

/// What a file must hash to.
struct Digest {
    std::string algorithm; ///< "sha256" or "sha512"; empty: none was named
    std::string hex;

    [[nodiscard]] bool operator==(const Digest& other) const = default;
};

/// 64 hexadecimal digits, as sha256sum prints them.
[[nodiscard]] std::optional<Digest> find_sha256(std::string_view hex);
/// "sha512-BASE64" or "sha256-BASE64", as package registries of npm's kind give it.
[[nodiscard]] std::optional<Digest> find_integrity(std::string_view text);

/// Of bytes; algorithm "sha256" or "sha512".
[[nodiscard]] Digest digest_of(std::string_view bytes, const std::string& algorithm);
/// Of a file on this machine. Throws Error: NOT_FOUND, PERMISSION, INVALID (no file).
[[nodiscard]] Digest digest_of_file(const std::filesystem::path& file,
                                    const std::string& algorithm);

} // namespace imagebuild
