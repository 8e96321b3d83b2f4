#pragma once

#include "os/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/types.h>

namespace banger::copy {

/// How a file or folder is to be: permission bits and time of the last change.
struct Attributes {
    mode_t mode = 0600;
    timespec changed{};
};
/// Throws os::Error naming `shown`.
void apply(int fd, const Attributes& attributes, const std::string& shown);

/// An open folder, and what is done right in it: names are single ones, and no symlink in the last
/// place is followed. All throw os::Error naming the path that they were shown.
class Folder {
  public:
    Folder(os::UniqueFd fd, std::string shown) : fd_(std::move(fd)), shown_(std::move(shown)) {}

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] std::string shown(std::string_view name) const {
        return shown_ + (shown_.ends_with('/') ? "" : "/") + std::string(name);
    }
    [[nodiscard]] const std::string& shown() const noexcept { return shown_; }
    /// The same, for somebody else to hold.
    [[nodiscard]] Folder again() const;
    /// A folder in it that is there.
    [[nodiscard]] Folder open(const std::string& name) const;
    /// Makes one, open to nobody else; false when it is there.
    bool make(const std::string& name) const;
    /// Throws when something else than a file or a link, which a file may replace, has the name.
    void check_replaceable(const std::string& name) const;

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
    /// Cuts or extends it to `size` and gives it its name.
    void finish(std::uint64_t size, const Attributes& attributes);

  private:
    const Folder& folder_;
    std::string name_;
    std::string temporary_;
    os::UniqueFd fd_;
};

} // namespace banger::copy
