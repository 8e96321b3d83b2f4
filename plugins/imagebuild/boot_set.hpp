#pragma once

#include "build_request.hpp"
#include "daemon_api.hpp"

#include <filesystem>
#include <string>

namespace imagebuild {

/// What an image boots from: files on this machine. An empty path: none of its own, and that of the
/// runtime bundle is taken.
struct BootSet {
    std::filesystem::path kernel;
    std::filesystem::path elf; ///< the same kernel uncompressed, where it is another file
    std::filesystem::path initrd;
    std::filesystem::path modules;
    std::string version; ///< of the kernel; empty: not known
};

/// Of an image that is made of a VM: what this VM boots from; nothing where all of that is the
/// bundle's of today: then it is that of tomorrow, too.
[[nodiscard]] BootSet boot_set_of(const DaemonApi& api, const std::string& vm);

/// Of a build: what was asked for, and for the rest what the VM boots from. Where something was
/// asked for it has the bundle's files, too: they fit each other, and those of a later bundle may
/// not.
[[nodiscard]] BootSet boot_set_of(const DaemonApi& api, const std::string& vm,
                                  const BuildRequest& request);

/// Throws Error(INVALID) where a kernel would be without its modules or could not load them,
/// as far as versions are known.
void require_fitting(const BuildRequest& request, const DaemonApi& api);

} // namespace imagebuild
