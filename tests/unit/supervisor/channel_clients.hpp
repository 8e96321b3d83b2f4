#pragma once

#include "os/temporary_dir.hpp"
#include "os/unique_fd.hpp"
#include "supervisor/loop.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace banger::supervisor {

constexpr std::chrono::milliseconds time_limit{20000};

/// A guest.sock in a folder of its own, and who connects to it.
class ChannelClients {
  public:
    [[nodiscard]] os::UniqueFd listener() const;

    /// Runs `body` on a thread of its own while the loop goes, then stops the loop.
    void with_loop(const std::function<void()>& body);

    /// Lets the loop go until it is so; false when that takes too long.
    [[nodiscard]] bool run_until(const std::function<bool()>& so);

    /// Throws when the guest does not accept.
    [[nodiscard]] os::UniqueFd connect(std::uint32_t port) const;
    [[nodiscard]] os::UniqueFd connect_raw(const std::string& first_bytes) const;
    [[nodiscard]] static std::string read_to_end(const os::UniqueFd& fd);
    static void send(const os::UniqueFd& fd, const std::string& text);
    /// What is sent comes back, with the end behind it.
    static void expect_echo(const os::UniqueFd& fd, const std::string& text);

    Loop loop;

  private:
    os::TemporaryDir dir_;
};

} // namespace banger::supervisor
