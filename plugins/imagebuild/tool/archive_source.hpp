#pragma once

#include "archive_limits.hpp"
#include "unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

namespace image_tool::archive {

/// A file that goes into an archive, read twice: for its checksum, and for its content. It is open
/// only meanwhile, since modules are a thousand files. Throws Failure(conflict) when it is another
/// one, or was changed, the second time.
class SourceFile {
  public:
    /// `name` is what it is called in the archive.
    SourceFile(std::string name, const std::filesystem::path& path);

    struct Part {
        std::uint64_t offset, size;
    };
    using Each = std::function<void(std::string_view bytes)>;

    /// Reads it all, holes as the zeros that they are; fills in parts(), disk_bytes() and the
    /// SHA-256, which it gives.
    [[nodiscard]] std::string measure(const Each& each);
    /// The same bytes again.
    void read(const Each& each) const;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint64_t disk_bytes() const noexcept { return disk_bytes_; }
    /// Where it has content; long runs of zeros are left out.
    [[nodiscard]] const std::vector<Part>& parts() const noexcept { return parts_; }

  private:
    [[nodiscard]] UniqueFd open() const;
    void check_same(const UniqueFd& fd) const;
    void each_piece(const Each& each) const;
    void note(std::uint64_t offset, std::string_view bytes);

    std::string name_;
    std::filesystem::path path_;
    std::uint64_t size_ = 0, disk_bytes_ = 0;
    struct stat seen_ {}; ///< at first
    std::vector<Part> parts_;
};

/// The files below a folder, as "modules/..", sorted. Links are left out: `build` and `source` lead
/// elsewhere. Throws Failure for what else is no file, for names that no archive may have, and for
/// more files or folders than one may have, with those in `count`.
[[nodiscard]] std::vector<SourceFile> module_files(const std::filesystem::path& folder,
                                                   ModuleCount count = {});

} // namespace image_tool::archive
