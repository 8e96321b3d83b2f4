#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::image {

/// Something VMs are made of: a root file system and what boots it.
struct Image {
    std::string name;
    std::string kind; ///< "bundle" (the default image) or "registered" (files of the user's own)
    std::filesystem::path rootfs;
    std::string kernel_version; ///< of `kernel`; empty when not known
    std::filesystem::path kernel;
    std::filesystem::path kernel_elf; ///< uncompressed; empty when there is none
    std::filesystem::path initramfs;
    std::filesystem::path modules;   ///< empty: those inside the rootfs
    std::filesystem::path work_seed; ///< cloned to be /root
    std::int64_t created_at_ms = 0;
};

/// Throws Error naming the file that is missing or not readable, and what it is for.
void check_files(const Image& image);

/// As the API shows it.
[[nodiscard]] nlohmann::json to_json(const Image& image);

} // namespace banger::image
