#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace image_tool::archive {

/// What no image needs more of: no archive is written that has more, and none is taken. Bytes are
/// with holes.
constexpr std::uint64_t most_file_bytes = std::uint64_t{1} << 42U;      ///< 4 TiB
constexpr std::uint64_t most_boot_file_bytes = std::uint64_t{1} << 30U; ///< a guest's memory has it
constexpr std::uint64_t most_package_list_bytes = std::uint64_t{1} << 24U;
constexpr std::uint64_t most_modules_bytes = std::uint64_t{1} << 34U; ///< all of them
constexpr std::uint64_t most_modules = 32768;
constexpr std::size_t most_module_folders = 8192; ///< with modules/ itself; each takes a block
constexpr std::size_t longest_path = 512;         ///< from modules/ on
constexpr std::size_t deepest_path = 16;
constexpr std::size_t longest_word = 200; ///< between slashes

/// Of a file of an image, or of modules/ as a whole.
[[nodiscard]] std::uint64_t most_bytes(std::string_view name) noexcept;
/// "it has 5 bytes, at most ..", or nothing when that many are allowed.
[[nodiscard]] std::string beyond_limit(std::string_view name, std::uint64_t size);

/// The modules of an image: how many there are, and the folders that these need.
class ModuleCount {
  public:
    /// "more than 8192 folders", or nothing while it is not too much.
    [[nodiscard]] std::string add(const std::string& path);

  private:
    std::size_t files_ = 0;
    std::set<std::string> folders_;
};

} // namespace image_tool::archive
