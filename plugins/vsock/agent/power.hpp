#pragma once

#include "child.hpp"
#include "loop.hpp"

#include <memory>
#include <string>

namespace agent {

enum class PowerAction { shutdown, reboot };

/// Asks the guest's init to shut down or reboot. It does so a moment later, so that the answer to
/// who asked is on its way before this program is told to end.
class Power {
  public:
    explicit Power(Loop& loop) : loop_(loop) {}
    void request(PowerAction action, const std::string& reason);

  private:
    void act(PowerAction action);

    Loop& loop_;
    std::unique_ptr<Child> program_;
    Loop::Registration later_;
};

} // namespace agent
