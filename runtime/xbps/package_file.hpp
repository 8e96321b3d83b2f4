#pragma once

#include "xbps/repository.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace banger::xbps {

class Tree;

using PathFilter = std::function<bool(const std::string& path)>;

/// The wanted files of a tar archive (plain, or in one of zstd, gzip and xz), whole, by their paths
/// without "./". Throws os::Error (invalid) when it is cut off or larger than any index.
[[nodiscard]] std::map<std::string, std::string> read_members(const std::filesystem::path& archive,
                                                              const PathFilter& wanted,
                                                              const bundle::Interrupt& interrupt);

/// What a package says of itself, which comes before its files.
struct Metadata {
    Plist properties;
    std::string files;   ///< files.plist as it is
    std::string install; ///< the INSTALL script; empty when it has none
    std::string remove;
};

/// Throws os::Error (invalid) when the archive is no xbps package, or another than `package`: the
/// signature covers the archive only, so a mirror could give an old one a new name.
[[nodiscard]] Metadata read_metadata(const std::filesystem::path& archive, const Package& package,
                                     const bundle::Interrupt& interrupt);

/// Unpacks the files below `tree`. Throws os::Error (invalid) for an absolute path or one with
/// "..", for what is neither file, folder nor link, and for more than the package says it holds.
void unpack_files(const std::filesystem::path& archive, const Metadata& metadata, const Tree& tree,
                  const PathFilter& wanted, const bundle::Interrupt& interrupt);

} // namespace banger::xbps
