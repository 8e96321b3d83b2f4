#pragma once

#include "api/response.hpp"

#include <chrono>
#include <memory>

namespace banger::api {

/// Cancels what the socket waits for once the time is over, until this object goes. [loop]
class Deadline {
  public:
    Deadline(Socket& socket, std::chrono::milliseconds time);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    [[nodiscard]] bool passed() const noexcept;

  private:
    struct State;
    static void arm(const std::shared_ptr<State>& state, std::chrono::milliseconds time);
    std::shared_ptr<State> state_; ///< the timer's handler may run after we are gone
};

} // namespace banger::api
