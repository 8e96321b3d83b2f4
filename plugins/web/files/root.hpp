#pragma once

#include <optional>
#include <string>
#include <utility>

#include <sys/stat.h>

namespace web {

/// A descriptor that is closed with it; -1 holds nothing.
class Handle {
  public:
    explicit Handle(int fd = -1) noexcept : fd_(fd) {}
    Handle(Handle&& other) noexcept : fd_(other.release()) {}
    Handle& operator=(Handle&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~Handle() { reset(); }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept;

  private:
    int fd_;
};

/// A folder of this machine that the picker of paths shows, and nothing outside of it: neither by
/// "..", nor by a link, nor by the magic ones of /proc. The kernel sees to that (openat2(2) with
/// RESOLVE_BENEATH). Only looks; no file is ever opened for its content.
class Root {
  public:
    /// Throws Problem when it is no folder that can be entered.
    explicit Root(std::string path);
    [[nodiscard]] const std::string& path() const { return path_; }

    /// The folder at a path below, open to be listed; "" is the root itself. Throws Problem that
    /// says why not.
    [[nodiscard]] Handle open_folder(const std::string& below) const;
    /// What is at a path below, links followed; nothing where it leads out, or nowhere.
    [[nodiscard]] std::optional<struct stat> look(const std::string& below) const;

  private:
    [[nodiscard]] Handle open_at(const std::string& below, int flags) const;

    std::string path_;
    Handle folder_;
};

/// "dir/file": no part of it is "", "." or "..", and no byte is zero.
[[nodiscard]] bool is_below(const std::string& path);
/// "file", "folder", "FIFO", "socket", "device", "link".
[[nodiscard]] std::string kind_text(mode_t mode);

} // namespace web
