#pragma once

#include "child.hpp"
#include "loop.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace agent {

enum class PowerAction { shutdown, reboot };

/// Where the VMM knows no power off, the host says so on the kernel's command line: a guest then
/// resets instead, and says this line on its console before.
constexpr std::string_view power_off_line = "banger: power-off\n";
/// Whether `command_line`, the text of /proc/cmdline, says so.
[[nodiscard]] bool powers_off_by_reset(std::string_view command_line);

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
