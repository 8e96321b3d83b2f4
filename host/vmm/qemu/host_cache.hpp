#pragma once

#include "vmm/qemu/host.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace banger::vmm::qemu {

/// nullopt when the file is absent, damaged or for another key (probe_cache.hpp).
[[nodiscard]] std::optional<Host> load_host(const std::filesystem::path& file,
                                            const std::string& key);
/// A cache that cannot be written costs only the next probe: never throws.
void store_host(const std::filesystem::path& file, const std::string& key,
                const Host& host) noexcept;

} // namespace banger::vmm::qemu
