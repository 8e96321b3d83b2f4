#pragma once

#include "store/image_kind.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::image {

/// Something VMs are made of: a root file system and what boots it.
struct Image {
    std::string name;
    store::ImageKind kind = store::ImageKind::registered;
    std::filesystem::path rootfs;
    std::string kernel_version; ///< of `kernel`; empty when not known
    std::filesystem::path kernel;
    std::filesystem::path kernel_elf; ///< uncompressed; empty when there is none
    std::filesystem::path initramfs;
    std::filesystem::path modules;   ///< empty: those inside the rootfs
    std::filesystem::path work_seed; ///< cloned to be /root
    bool foreign_seed = false;       ///< `work_seed` is the bundle's: the image has none
    bool kept_default = false;       ///< what `banger image default` chose, else the bundle's
    std::int64_t created_at_ms = 0;
    std::filesystem::path dir;      ///< of a managed one; its files and nothing else
    std::uint64_t disk_bytes = 0;   ///< of all in `dir`
    std::int64_t content_bytes = 0; ///< in its root file system; 0: not known
    std::int64_t packages = 0;      ///< in the packages.txt of `dir`
    std::string made_from;          ///< name of an image
    store::ImageSource source = store::ImageSource::unknown;
    std::string recipe; ///< digest
    std::string note;
};

/// Throws invalid.
void check_image_name(const std::string& name);

/// Throws Error naming the file that is missing or not readable, and what it is for.
void check_files(const Image& image);

/// As the API shows it.
[[nodiscard]] nlohmann::json to_json(const Image& image);

} // namespace banger::image
