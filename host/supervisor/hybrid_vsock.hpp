#pragma once

#include "os/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace banger::supervisor {

/// The socket on which Firecracker takes connections to the guest's AF_VSOCK ports. It is found
/// once and then reached even when its name is removed, as with the whole run folder.
class HybridVsock {
  public:
    explicit HybridVsock(std::filesystem::path path) : path_(std::move(path)) {}

    /// GuestRoute::dial, with the request for the port sent: Firecracker reads it in one go and
    /// drops who has sent less. Nothing when there is no Firecracker.
    [[nodiscard]] os::UniqueFd dial(std::uint32_t port);

  private:
    void find() noexcept;

    std::filesystem::path path_;
    os::UniqueFd socket_; ///< none until Firecracker has made it
};

/// The line that Firecracker answers with once the guest has accepted, "OK <number>\n", read from a
/// connection without what follows it.
class OkLine {
  public:
    enum class State { partial, good, bad };

    /// Reads what is there.
    [[nodiscard]] State read(int fd);

  private:
    std::string line_;
};

} // namespace banger::supervisor
