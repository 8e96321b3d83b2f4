#pragma once

#include "builder/archive.hpp"
#include "builder/download.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::bundle {

struct Debian {
    std::string release = "bookworm";
    std::string mirror; ///< empty: the mirror that this machine's apt uses, else deb.debian.org
    std::string security_mirror; ///< empty: beside `mirror`, as <mirror>-security
};

struct KernelSource {
    std::string package = "linux-image-cloud-amd64";
};

struct InitramfsPlan {
    Compression compression = Compression::none;
    std::vector<std::string> modules;
};

struct RootfsPlan {
    std::string name = "debian";
    std::filesystem::path recipe; ///< folder
    std::uint64_t size_mib = 0;   ///< 0: as large as its content needs
};

struct WorkSeedPlan {
    std::uint64_t size_mib = 256;
    std::filesystem::path
        recipe; ///< folder whose files are the first content of /root; may be empty
};

struct FirecrackerSource {
    std::string version; ///< what its program must say of itself; empty: whatever it says
    Source source;
};

/// What a bundle is made of. Paths are absolute (the file gives them relative to its own folder).
struct Manifest {
    std::optional<Source> archive; ///< one ready bundle; then nothing else is used
    Debian debian;
    KernelSource kernel;
    InitramfsPlan initramfs;
    RootfsPlan rootfs;
    WorkSeedPlan work_seed;
    std::optional<FirecrackerSource> firecracker;
    std::optional<std::filesystem::path> agent;
};

/// Unknown keys, wrong types and impossible values are os::Errors (invalid) that name file, line
/// and key.
[[nodiscard]] Manifest parse_manifest(std::string_view text, const std::filesystem::path& path);
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& path);

} // namespace banger::bundle
