#pragma once

#include "image/image.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace banger::image {

/// How a VM gets its root file system.
enum class DiskMode {
    overlay, ///< the image shared read-only below a sparse writable disk of the VM
    copy,    ///< a private full clone of the image
};

[[nodiscard]] std::string_view to_string(DiskMode mode) noexcept;
/// Throws Error(invalid) naming the modes there are.
[[nodiscard]] DiskMode disk_mode(std::string_view name);

struct DiskSizes {
    std::uint64_t root_mib = 0; ///< of the overlay, or of the private root
    std::uint64_t work_mib = 0; ///< of /root
};

/// Makes the disks of VMs. Formatted disks are kept as templates per size, so that a create only
/// clones a few megabytes, whatever the size. [pool thread]; several at once are fine.
class Disks {
  public:
    /// `templates` is a folder of ours; it is made when first needed.
    explicit Disks(std::filesystem::path templates) : templates_(std::move(templates)) {}

    /// What the image needs at the least.
    [[nodiscard]] static DiskSizes least(const Image& image, DiskMode mode);
    /// Throws invalid when the image does not fit into disks of these sizes.
    static void check(const Image& image, DiskMode mode, const DiskSizes& sizes);

    /// Makes overlay.ext4 (or root.ext4) and work.ext4 in `vm_dir`; on failure neither is left.
    void make(const Image& image, DiskMode mode, const DiskSizes& sizes,
              const std::filesystem::path& vm_dir) const;

    /// Makes the disk of a VM that does not run that large, and never smaller. The guest's init
    /// grows the file system on it when it boots.
    static void grow(const std::filesystem::path& disk, std::uint64_t mib);
    /// In MiB; none when it cannot be looked at.
    [[nodiscard]] static std::optional<std::uint64_t> size_of(const std::filesystem::path& disk);

    /// How the names of templates that were made of this seed begin, of whatever size.
    [[nodiscard]] static std::string work_template_prefix(const std::filesystem::path& seed);

    static constexpr std::uint64_t min_mib = 64;

  private:
    [[nodiscard]] std::filesystem::path overlay_template(std::uint64_t mib) const;
    [[nodiscard]] std::filesystem::path work_template(const std::filesystem::path& seed,
                                                      std::uint64_t mib) const;

    std::filesystem::path templates_;
};

} // namespace banger::image
