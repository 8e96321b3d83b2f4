#pragma once

#include "os/unique_fd.hpp"

#include <filesystem>
#include <optional>

namespace banger::os {

/// An advisory lock (flock) on a file, held until this object goes. A child by fork() gives up its
/// share of it at once: one that runs on (a plugin's, say) holds nothing for its parent.
class FileLock {
  public:
    /// nullopt when somebody else holds it.
    [[nodiscard]] static std::optional<FileLock> try_acquire(const std::filesystem::path& path);
    FileLock(FileLock&& other) noexcept = default;
    FileLock& operator=(FileLock&& other) noexcept = delete;
    ~FileLock();
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  private:
    explicit FileLock(UniqueFd fd) noexcept;
    UniqueFd fd_;
};

} // namespace banger::os
