#pragma once

#include "loop.hpp"

#include <functional>
#include <string>

namespace agent {

/// Where the guest's init tells the running agent that it has finished: an abstract Unix socket.
/// To connect to it is the message; only root, and who runs the agent, is heard.
class BootedSocket {
  public:
    BootedSocket(Loop& loop, const std::string& name, std::function<void()> on_booted);

  private:
    void take();

    Fd listener_;
    std::function<void()> on_booted_;
    Loop::Registration watch_;
};

/// The other end; false after a few seconds without an agent.
[[nodiscard]] bool tell_booted(const std::string& name);

} // namespace agent
