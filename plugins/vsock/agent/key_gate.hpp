#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// The beginning of a connection on which the host must show itself: "KEY <key>\n". Over AF_VSOCK
/// every user of the host's machine can connect, and nothing tells who it is.
class KeyGate {
  public:
    enum class State { waiting, open, wrong };

    /// No key: open from the start.
    explicit KeyGate(const std::string& key);
    /// Takes the line, or a part of it; returns how many bytes that were.
    [[nodiscard]] std::size_t feed(std::string_view bytes);
    [[nodiscard]] State state() const noexcept { return state_; }

  private:
    std::string expected_;
    std::string line_;
    State state_ = State::waiting;
};

constexpr const char* key_file = "/etc/banger/agent.key";

/// What must be shown over AF_VSOCK: the key in the file that the host writes at each start. Empty:
/// none is needed, by the host's word on the kernel's command line. nullopt: nobody may be served,
/// as the file that there should be is gone, unreadable or torn.
[[nodiscard]] std::optional<std::string>
vsock_key(const std::string& path = key_file, const std::string& command_line = "/proc/cmdline");

} // namespace agent
