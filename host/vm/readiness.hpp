#pragma once

#include "vm/machine.hpp"
#include "vm/offload.hpp"
#include "vm/ssh.hpp"

#include <chrono>
#include <memory>

namespace banger::vm {

/// Waits until somebody can log in: first for the guest's SSH port or for a plugin that knows
/// sooner, then for the other stages that plugins own, then for one real login. Each is a stage of
/// the operation. Throws: timeout with the stage and the console's last lines, or unavailable when
/// the VM ends first. [loop]
class Readiness {
  public:
    using Clock = std::chrono::steady_clock;

    Readiness(Threads& threads, Capabilities& capabilities, const Settings& settings)
        : threads_(threads), capabilities_(capabilities), settings_(settings) {}

    [[nodiscard]] asio::awaitable<void> wait(Operation& operation, std::shared_ptr<Machine> machine,
                                             SshAccess access, Clock::time_point deadline);

  private:
    class Probe;
    [[nodiscard]] asio::awaitable<void> wait_answer(Operation& operation, Machine& machine,
                                                    const SshAccess& access,
                                                    Clock::time_point deadline);
    [[nodiscard]] asio::awaitable<void> wait_port(Operation& operation, Machine& machine,
                                                  const SshAccess& access,
                                                  Clock::time_point deadline, Probe& probe);
    [[nodiscard]] asio::awaitable<void> wait_plugins(Operation& operation, Machine& machine,
                                                     Clock::time_point deadline);
    [[nodiscard]] asio::awaitable<void> wait_login(Operation& operation, Machine& machine,
                                                   const SshAccess& access,
                                                   Clock::time_point deadline);
    void check(Operation& operation, const Machine& machine, Clock::time_point deadline,
               const std::string& last) const;

    Threads& threads_;
    Capabilities& capabilities_;
    const Settings& settings_;
};

} // namespace banger::vm
