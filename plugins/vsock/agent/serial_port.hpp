#pragma once

#include "multiplexed.hpp"

#include <memory>
#include <optional>
#include <string>

namespace agent {

/// The device file of the virtio-serial port called `name`; nullopt when there is none. udev's
/// links are not needed.
[[nodiscard]] std::optional<std::string>
find_port(const std::string& name, const std::string& sys = "/sys/class/virtio-ports",
          const std::string& dev = "/dev");

/// Serves the protocol over the port banger.agent.0 as soon as there is one, and again when it
/// fails. Waits for it without waking up in between.
class SerialPort {
  public:
    SerialPort(Loop& loop, const Answerer& answerer, Seats& seats);
    [[nodiscard]] bool unsent() const { return channel_ != nullptr && channel_->unsent(); }

  private:
    void look();
    void look_again();

    Loop& loop_;
    const Answerer& answerer_;
    Seats& seats_;
    std::unique_ptr<Multiplexed> channel_;
    int tries_; ///< left: a device's name comes a moment after its file
    Fd changes_;
    Loop::Registration watching_;
    Loop::Registration later_;
};

} // namespace agent
