#pragma once

#include "image/disks.hpp"
#include "image/image.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace banger::image {

/// What a VM boots from, for its life: links in its folder to the files of its image, or where
/// those cannot be linked (another file system, another owner) to copies of them that VMs share.
/// So an image that is built again, replaced or deleted changes no VM: an overlay would not survive
/// another base. [pool thread]; several at once are fine.
class BootFiles {
  public:
    /// `copies` is a folder of ours; it is made when first needed.
    explicit BootFiles(std::filesystem::path copies) : copies_(std::move(copies)) {}

    /// Links what `image` is now into the folder of a new VM. On failure nothing is left.
    void keep(const Image& image, DiskMode mode, const std::filesystem::path& vm_dir) const;

    /// What the VM boots from at its next start: its own files, but kernel and initramfs of
    /// `current`, the image as it is now, when they are of the same kernel version and so fit the
    /// modules in its root. A VM of an older banger has none and keeps `current` from now on.
    /// Throws unavailable for a file that was changed in place or removed since.
    [[nodiscard]] Image of_vm(const std::filesystem::path& vm_dir, DiskMode mode,
                              const std::optional<Image>& current) const;

    /// The same without keeping anything, and with the modules that fit the kernel where the image
    /// has them beside its root file system.
    [[nodiscard]] Image at_next_start(const std::filesystem::path& vm_dir,
                                      const std::optional<Image>& current) const;

    /// Has the VM's root the same base as a new one would get?
    [[nodiscard]] bool is_current(const std::filesystem::path& vm_dir, const Image& current) const;

    /// Removes the copies that no VM uses and no image would use.
    void collect(const std::vector<Image>& images) const;

    static constexpr const char* base_name = "base.ext4";

  private:
    void link(const std::filesystem::path& source, const std::filesystem::path& target) const;
    [[nodiscard]] bool is_of(const std::filesystem::path& kept,
                             const std::filesystem::path& source) const;
    [[nodiscard]] std::filesystem::path copy_of(const std::filesystem::path& source) const;

    std::filesystem::path copies_;
};

} // namespace banger::image
