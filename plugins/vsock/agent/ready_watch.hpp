#pragma once

#include "loop.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

namespace agent {

/// Tells once when something listens on a TCP port: sshd says so by its pid file, at once; for
/// another server the sockets are looked at, ever more rarely. Then it is quiet.
class ReadyWatch {
  public:
    ReadyWatch(Loop& loop, std::uint16_t port, std::function<void()> on_ready);
    [[nodiscard]] bool ready() const noexcept { return ready_; }

  private:
    void look();
    void news();

    Loop& loop_;
    std::uint16_t port_;
    std::function<void()> on_ready_;
    bool ready_ = false;
    std::chrono::milliseconds pause_;
    Fd changes_;
    Loop::Registration watch_;
    Loop::Registration later_;
};

} // namespace agent
