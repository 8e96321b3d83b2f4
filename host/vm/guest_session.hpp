#pragma once

#include "vm/machine.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace banger::vm {

/// A console or a program of this host's in a guest: while it lives the guest is not idle. [loop]
class GuestSession {
  public:
    explicit GuestSession(std::shared_ptr<Machine> machine) : machine_(std::move(machine)) {
        machine_->idleness.begin_session();
    }
    GuestSession(const GuestSession&) = delete;
    GuestSession& operator=(const GuestSession&) = delete;
    ~GuestSession() { machine_->idleness.end_session(std::chrono::steady_clock::now()); }

  private:
    std::shared_ptr<Machine> machine_;
};

} // namespace banger::vm
