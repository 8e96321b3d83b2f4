#pragma once

#include "os/unique_fd.hpp"

#include <filesystem>
#include <optional>

namespace banger::os {

/// An advisory lock (flock) on a file, held until this object and the children that inherited it
/// go.
class FileLock {
  public:
    /// nullopt when somebody else holds it.
    [[nodiscard]] static std::optional<FileLock> try_acquire(const std::filesystem::path& path);
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  private:
    explicit FileLock(UniqueFd fd) noexcept : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

} // namespace banger::os
