#pragma once

#include "builder/apt.hpp"
#include "builder/component.hpp"
#include "builder/manifest.hpp"

#include <filesystem>
#include <string>

namespace banger::bundle {

class Interrupt;

/// Where the parts find what they need.
struct Site {
    const Manifest* manifest = nullptr;
    const Interrupt* interrupt = nullptr;
    std::filesystem::path bundle; ///< where finished parts lie
    std::filesystem::path cache;  ///< downloads, apt's lists
    std::filesystem::path init;   ///< the static init program of the initramfs
    std::filesystem::path agent;  ///< the static guest agent of the root file system
};

// One function per part, each in the source file of its name. `kernel` is the record of the kernel
// in place.
[[nodiscard]] Component kernel_part(const Site& site);
[[nodiscard]] Component initramfs_part(const Site& site, const Record& kernel);
[[nodiscard]] Component rootfs_part(const Site& site, const Record& kernel);
[[nodiscard]] Component work_seed_part(const Site& site);
[[nodiscard]] Component ssh_key_part(const Site& site);
[[nodiscard]] Component firecracker_part(const Site& site);
[[nodiscard]] Component agent_part(const Site& site);
[[nodiscard]] Component archive_part(const Site& site);

/// The version of the kernel in a bundle folder: the name of the one folder in modules/.
[[nodiscard]] std::string kernel_version(const std::filesystem::path& bundle);
/// A text that differs when a file below `folder` differs in path, mode or content.
[[nodiscard]] std::string tree_digest(const std::filesystem::path& folder);

} // namespace banger::bundle
