#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace banger::image {

/// The runtime bundle: what guests boot from, as `make runtime-bundle` made it. Paths are absolute.
struct Bundle {
    std::filesystem::path dir;
    std::string kernel_version;
    std::filesystem::path vmlinuz;   ///< bzImage
    std::filesystem::path vmlinux;   ///< the same kernel as ELF; empty when absent
    std::filesystem::path initramfs; ///< loads the modules and hands over to the distribution
    std::filesystem::path modules;
    std::filesystem::path rootfs; ///< of the default image
    std::string rootfs_name;      ///< name of the default image
    std::filesystem::path work_seed;
    std::filesystem::path ssh_key;     ///< private; the public one is beside it with ".pub"
    std::filesystem::path firecracker; ///< empty when the bundle has none

    /// Files that the bundle names but that are not there.
    [[nodiscard]] std::vector<std::string> missing() const;
};

/// Reads bundle.json in `dir`. Throws Error: unavailable when there is none, invalid when damaged.
[[nodiscard]] Bundle read_bundle(const std::filesystem::path& dir);

/// The first of the usual places that holds a bundle.json. `configured` is the only one tried when
/// it is set, then $BANGER_RUNTIME_DIR; without either it is the user's data folder, the
/// installation or, for a build that is not installed, the source tree.
[[nodiscard]] std::optional<std::filesystem::path>
find_bundle(const std::filesystem::path& configured);

/// Where find_bundle looks, in its order, for messages.
[[nodiscard]] std::vector<std::filesystem::path>
bundle_places(const std::filesystem::path& configured);

/// What find_bundle finds, else the one of those places where a bundle is to be made.
[[nodiscard]] std::filesystem::path bundle_place(const std::filesystem::path& configured);

/// The command that makes the bundle in `dir`, for hints.
[[nodiscard]] std::string bundle_maker(const std::filesystem::path& dir);

/// The command that puts a Firecracker of this machine, FILE, into the bundle in `dir`, for hints.
[[nodiscard]] std::string firecracker_adder(const std::filesystem::path& dir);

} // namespace banger::image
