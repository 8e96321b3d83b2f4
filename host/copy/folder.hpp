#pragma once

#include "os/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <sys/stat.h>
#include <sys/types.h>

namespace banger::copy {

/// Permission bits of what is in a tree, by the path below it; "" is the tree itself.
using Modes = std::unordered_map<std::string, mode_t>;

/// Tells a file from every other on this machine, as long as it is there.
using FileId = std::pair<dev_t, ino_t>;

/// Throws os::Error naming `shown`.
void set_mode(int fd, mode_t mode, const std::string& shown);

/// An open folder, and what is done right in it: names are single ones, and no symlink in the last
/// place is followed. All throw os::Error naming the path that they were shown.
class Folder {
  public:
    Folder(os::UniqueFd fd, std::string shown) : fd_(std::move(fd)), shown_(std::move(shown)) {}

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// The path of what has this name, for an error: a guest may have named it.
    [[nodiscard]] std::string shown(std::string_view name) const;
    [[nodiscard]] const std::string& shown() const noexcept { return shown_; }
    /// The same, for somebody else to hold.
    [[nodiscard]] Folder again() const;
    /// A folder in it that is there.
    [[nodiscard]] Folder open(const std::string& name) const;
    /// Makes one, open to nobody else; false when it is there.
    bool make(const std::string& name) const;
    /// Mode of the file that a new one of this name replaces. Throws when something else than a
    /// file or a link has the name.
    [[nodiscard]] std::optional<mode_t> replaced_mode(const std::string& name) const;

  private:
    os::UniqueFd fd_;
    std::string shown_;
};

/// A new file that gets its name when it is whole: until then it has another one, and is gone with
/// this object.
class NewFile {
  public:
    NewFile(const Folder& folder, std::string name);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    void write(std::string_view bytes, std::uint64_t offset);
    /// Cuts or extends it to `size` and gives it its name, and the mode of the file that had it.
    FileId finish(std::uint64_t size, mode_t mode);

  private:
    const Folder& folder_;
    std::string name_;
    std::string temporary_;
    std::optional<mode_t> replaced_;
    os::UniqueFd fd_;
};

} // namespace banger::copy
