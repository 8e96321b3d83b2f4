#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace image_tool::archive {

constexpr std::uint64_t manifest_limit = 1U << 20U; ///< bytes of manifest.json
constexpr std::uint64_t block_size = 4096;          ///< disk_bytes counts those that are not zeros

/// A file that manifest.json names, or the folder modules/ as a whole.
struct DeclaredFile {
    std::string name;
    std::uint64_t size = 0;       ///< with its holes; of modules/ that of all files
    std::uint64_t disk_bytes = 0; ///< what it takes on disk at most
    std::uint64_t count = 1;      ///< how many files
    std::string sha256;           ///< of modules/: of what sha256sum says of its files, sorted
};

/// The manifest.json of an archive: its first member, which says all that follows.
struct Manifest {
    std::string name; ///< of the image; may be empty, as the other texts
    std::string arch, base, kernel_version, recipe, note;
    std::optional<std::uint64_t> content_bytes;
    std::vector<DeclaredFile> files;

    [[nodiscard]] const DeclaredFile* find(std::string_view file) const noexcept;
    [[nodiscard]] std::uint64_t size() const noexcept;
    [[nodiscard]] std::uint64_t disk_bytes() const noexcept;
};

/// Throws Failure(invalid) that says what of it is wrong.
[[nodiscard]] Manifest parse_manifest(std::string_view text);
[[nodiscard]] nlohmann::json to_json(const Manifest& manifest);
/// The texts and numbers about the image alone, as to_json has them; with the same checks.
void read_about(const nlohmann::json& document, Manifest& manifest);
[[nodiscard]] nlohmann::json about(const Manifest& manifest);

/// Of a file of that size when nothing is said: no hole in it.
[[nodiscard]] std::uint64_t whole_blocks(std::uint64_t size) noexcept;
/// "x86_64": what this machine runs.
[[nodiscard]] std::string this_arch();

} // namespace image_tool::archive
