#pragma once

#include "os/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace banger::xbps {

/// Who owns a file and what may be done with it.
struct Attributes {
    mode_t mode = 0644;
    uid_t uid = 0;
    gid_t gid = 0;
    std::int64_t mtime = 0;
};

/// A root file system that is being made, in a folder. Paths, and every symlink on their way, are
/// resolved inside of it (openat2 RESOLVE_IN_ROOT): no package writes elsewhere, whatever links it
/// brings. Owners are set by root only (that of a user namespace, too).
class Tree {
  public:
    explicit Tree(const std::filesystem::path& folder);

    /// An empty file to write to, in the place of what was there; finish() gives it its attributes.
    [[nodiscard]] os::UniqueFd create(const std::string& path) const;
    void finish(int fd, const std::string& path, const Attributes& attributes) const;
    void write(const std::string& path, std::string_view content, mode_t mode) const;
    void link(const std::string& path, const std::string& target,
              const Attributes& attributes) const;
    /// A second name of a file that is there.
    void hard_link(const std::string& path, const std::string& existing) const;
    void make_folder(const std::string& path) const;
    void remove(const std::string& path) const;
    [[nodiscard]] bool exists(const std::string& path) const;
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  private:
    struct Place {
        os::UniqueFd parent;
        std::string name;
    };

    [[nodiscard]] os::UniqueFd folder_at(const std::string& path, int depth) const;
    [[nodiscard]] Place place(const std::string& path) const;
    [[nodiscard]] Place cleared(const std::string& path) const;

    std::filesystem::path folder_;
    os::UniqueFd root_;
};

} // namespace banger::xbps
