#pragma once

#include "os/unique_fd.hpp"

#include <filesystem>
#include <vector>

namespace banger::privileged {

/// Where the jailer looks for the root of a jail below `base`.
[[nodiscard]] std::filesystem::path jail_root_of(const std::filesystem::path& base,
                                                 const std::filesystem::path& firecracker,
                                                 const std::string& vm);

/// Mounts a small file system over `base` in a new mount namespace of this process, and in it makes
/// the root: the files at /files/0 and so on, and /vm, the folder for the VMM's sockets with a FIFO
/// for its log. It goes with the last process of the namespace, however that ends. Returns /vm
/// (O_PATH), by which alone one outside gets there: so all may write to it.
[[nodiscard]] os::UniqueFd make_jail_root(const std::filesystem::path& base,
                                          const std::filesystem::path& root,
                                          const std::vector<os::UniqueFd>& mounts);

} // namespace banger::privileged
