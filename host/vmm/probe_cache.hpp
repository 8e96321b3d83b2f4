#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace banger::vmm {

/// What a cached probe result is valid for: this boot, this very binary, these rights on /dev/kvm,
/// this wish. Throws when there is no such binary.
[[nodiscard]] std::string probe_key(const std::filesystem::path& binary, const std::string& wish);

/// What was stored with that key; nullopt when the file is absent, damaged or for another key.
[[nodiscard]] std::optional<nlohmann::json> load_probe(const std::filesystem::path& file,
                                                       const std::string& key);
/// `result` is an object. A cache that cannot be written costs only the next probe: never throws.
void store_probe(const std::filesystem::path& file, const std::string& key,
                 const nlohmann::json& result) noexcept;

} // namespace banger::vmm
