#pragma once

#include "archive_digest.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace image_tool::archive {

/// How much more may be written on the disk; shared by the files of a folder.
struct DiskBudget {
    std::uint64_t left = 0;
};

/// A file that is written from its beginning to its end, sparse where it has zeros, and never
/// larger than it was declared. Throws Failure(invalid) when it would be.
class FileSink {
  public:
    /// Writes to `fd`, an empty file that stays the caller's. `name` in the archive and `path` on
    /// the disk are for messages.
    FileSink(int fd, std::string name, std::string path, std::uint64_t size, DiskBudget& budget);

    /// Bytes behind all that came before; what lies between is zeros.
    void write(std::uint64_t offset, std::string_view bytes);
    /// Sets the size, and gives the SHA-256 of the whole.
    [[nodiscard]] std::string finish();
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  private:
    void write_block(std::uint64_t offset, std::string_view bytes);

    int fd_;
    std::string name_, path_;
    std::uint64_t size_;
    DiskBudget& budget_;
    std::uint64_t position_ = 0;
    std::uint64_t counted_ = 0; ///< where the last block that was taken from the budget ends
    Sha256 digest_;
};

} // namespace image_tool::archive
