#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace banger::image {

/// One file as a newc cpio archive, with its parent folders
/// (Documentation/driver-api/early-userspace/buffer-format.rst in the kernel's tree).
[[nodiscard]] std::string newc_archive(std::string_view path, std::string_view content,
                                       unsigned mode);

/// Writes `initramfs` with a second archive behind it that holds /banger/config.json: the kernel
/// unpacks both into one tree. So the configuration reaches the guest with no mount and no root on
/// the host, and no device of its own. The file is 0600: it carries the guest's SSH host key. It is
/// whole pages long: QEMU puts the initrd of a PVH kernel as high as it fits, page by page, and one
/// that ends within the last page of memory is written over the ACPI tables that the firmware of
/// newer QEMU (10, not 7.2) has put there. Below one of whole pages that page stays free.
void write_initrd(const std::filesystem::path& initramfs, std::string_view config_json,
                  const std::filesystem::path& target);

} // namespace banger::image
