#pragma once

#include "os/unique_fd.hpp"

#include <string>

namespace banger::test {

/// A mount namespace of this process, which has one thread: what is mounted in it goes with it. The
/// temporary folder is another one in it, in memory and empty.
class Mounts {
  public:
    /// When that is not possible here, reason() says why.
    Mounts();
    Mounts(const Mounts&) = delete;
    Mounts& operator=(const Mounts&) = delete;
    ~Mounts();

    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
    /// A file system in a file.
    static void disk(const std::string& file, const std::string& place, bool writable);
    /// As the init of the guests does it.
    static void overlay(const std::string& base, const std::string& over, const std::string& place);
    static void unmount(const std::string& place);

  private:
    os::UniqueFd before_, folder_;
    std::string reason_;
};

} // namespace banger::test
