#pragma once

#include "os/unique_fd.hpp"

#include <string>

#include <sys/types.h>

namespace banger::privileged {

/// A TAP device held open. Until persist() it goes with this object (or with the process, however
/// that ends), so a half-made one cannot stay behind.
class TapDevice {
  public:
    /// Makes a new one. Throws conflict when the name is taken.
    [[nodiscard]] static TapDevice create(const std::string& name, uid_t owner);
    /// Takes hold of an existing one. Throws busy when a process has it open.
    [[nodiscard]] static TapDevice attach(const std::string& name);

    void give(uid_t user); ///< who may open it from now on
    void persist();        ///< from now on it outlives us
    void destroy();        ///< it goes, unless some other process opens it first

  private:
    explicit TapDevice(os::UniqueFd fd) noexcept : fd_(std::move(fd)) {}
    [[nodiscard]] static TapDevice open(const std::string& name, short flags);
    os::UniqueFd fd_;
};

} // namespace banger::privileged
