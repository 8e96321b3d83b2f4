#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace banger::bundle {

class Interrupt;

struct Ext4Plan {
    std::string label;
    std::uint64_t size_mib = 0; ///< 0: the content and a margin
    unsigned root_mode = 0755;  ///< of the file system's top folder
};

/// A sparse ext4 image whose tree is that of a tar archive, with its owners. Needs no privilege.
void make_ext4_from_tar(const std::filesystem::path& archive, const std::filesystem::path& image,
                        const Ext4Plan& plan, const Interrupt& interrupt);

/// The same from a folder; everything in it becomes root's.
void make_ext4_from_folder(const std::filesystem::path& folder, const std::filesystem::path& image,
                           const Ext4Plan& plan, const Interrupt& interrupt);

} // namespace banger::bundle
