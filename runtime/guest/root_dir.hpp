#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "guest/fd.hpp"

namespace banger::guest {

struct Ownership {
    mode_t mode = 0644;
    uid_t uid = 0;
    gid_t gid = 0;
};

/// A directory that plays "/": paths and every symlink met on the way are resolved inside it
/// (openat2 RESOLVE_IN_ROOT), so nothing in a guest's disk can point a write somewhere else.
class RootDir {
  public:
    explicit RootDir(const std::string& path);

    /// nullopt when there is no such file; throws when it is longer than `limit`.
    [[nodiscard]] std::optional<std::string> read(const std::string& path,
                                                  std::size_t limit = 1U << 20) const;

    /// Writes a file in one step (readers see the old or the new one), making missing parents
    /// (0755, root). Does nothing when content, mode and owner are as asked; a symlink at `path` is
    /// replaced. True if written.
    bool write(const std::string& path, std::string_view data, Ownership ownership) const;

    /// Makes one directory (parents too). An existing one is left as it is.
    void make_dir(const std::string& path, Ownership ownership) const;

  private:
    [[nodiscard]] Fd open(const std::string& path, int flags) const;
    [[nodiscard]] Fd open_parent(const std::string& path) const;

    Fd fd_;
};

} // namespace banger::guest
