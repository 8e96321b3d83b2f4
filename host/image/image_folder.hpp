#pragma once

#include "store/image_table.hpp"

#include <filesystem>

namespace banger::image {

inline constexpr const char* packages_file = "packages.txt"; ///< "name version" in each line

/// The folder of a managed image has the files rootfs.ext4, perhaps work-seed.ext4, vmlinuz,
/// vmlinux, initramfs.img, packages.txt and a folder modules, and image.json, which says what it
/// is.
///
/// Checks the folder and fills in what is known from it: paths, sizes, the number of packages.
/// Anything else in it, a link among them, is refused. Throws invalid.
void take_stock(const std::filesystem::path& dir, store::ImageRow& row);

/// Of a staging: who has another name of a file could change it under the VMs that share it. Throws
/// invalid.
void require_sole_names(const std::filesystem::path& dir);

/// Writes image.json and brings all of the folder to the disk.
void seal(const std::filesystem::path& dir, const store::ImageRow& row);

/// What image.json says. Throws not_found without one, invalid when it or a file that it names is
/// not what it was.
[[nodiscard]] store::ImageRow read_image_json(const std::filesystem::path& dir);

/// So that the folder is nobody's image any more, whatever happens next.
void drop_image_json(const std::filesystem::path& dir);

/// Of an image that is there: its VMs share the files, so nobody writes to them any more.
void make_read_only(const std::filesystem::path& dir);

} // namespace banger::image
