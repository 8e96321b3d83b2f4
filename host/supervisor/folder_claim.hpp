#pragma once

#include "os/unique_fd.hpp"

#include <filesystem>
#include <optional>

namespace banger::supervisor {

/// Held as long as the descriptor. Throws conflict when another supervisor holds the folder.
[[nodiscard]] os::UniqueFd lock_folder(const std::filesystem::path& path);
/// Whether the path still leads to this folder.
[[nodiscard]] bool is_at(const os::UniqueFd& folder, const std::filesystem::path& path);

/// A listener that does not wait.
[[nodiscard]] os::UniqueFd listen(const std::filesystem::path& path);
/// Nothing when our listener is there still.
[[nodiscard]] std::optional<os::UniqueFd> listen_again(const std::filesystem::path& path);

} // namespace banger::supervisor
