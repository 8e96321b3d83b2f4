#pragma once

#include "vmm/qemu/host.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace banger::vmm::qemu {

/// What a cached probe result is valid for: this boot, this very binary, this wish.
[[nodiscard]] std::string cache_key(const std::filesystem::path& binary, const std::string& accel);

/// nullopt when the file is absent, damaged or for another key.
[[nodiscard]] std::optional<Host> load_host(const std::filesystem::path& file,
                                            const std::string& key);
/// A cache that cannot be written costs only the next probe: never throws.
void store_host(const std::filesystem::path& file, const std::string& key,
                const Host& host) noexcept;

} // namespace banger::vmm::qemu
