#pragma once

#include "os/unique_fd.hpp"
#include "vm/capabilities.hpp"
#include "vm/offload.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace banger::vm {

/// A plugin waits for its readiness stage, on a thread of its own: it may take as long as a guest
/// boots, and the pool is for steps that end. [loop]
class StageWait {
  public:
    StageWait(asio::io_context& loop, Capabilities& capabilities, std::string stage, VmView view,
              CallContext context, std::chrono::steady_clock::time_point deadline);
    StageWait(const StageWait&) = delete;
    StageWait& operator=(const StageWait&) = delete;
    /// Cancels, and waits for the plugin to return, which the guard of plugins bounds.
    ~StageWait();

    /// Calls it once when the stage is reached, unless this goes first. One that does not apply to
    /// the VM is not.
    void on_reached(std::function<void()> tell) { state_->reached = std::move(tell); }
    [[nodiscard]] asio::awaitable<void> ended(); ///< reached, failed, or it does not apply
    /// Ends the waiting; returns when the plugin has.
    [[nodiscard]] asio::awaitable<void> cancel();
    /// Null when the stage was reached, or is not over.
    [[nodiscard]] std::exception_ptr failure() const noexcept { return state_->failure; }

  private:
    struct State {
        explicit State(asio::io_context& loop)
            : changed(loop, asio::steady_timer::time_point::max()) {}
        bool over = false;
        std::exception_ptr failure;
        std::function<void()> reached;
        asio::steady_timer changed;
    };

    os::UniqueFd cancel_; ///< eventfd
    os::UniqueFd either_; ///< epoll: readable by that, or when the operation is cancelled
    std::shared_ptr<State> state_;
    std::thread thread_;
};

} // namespace banger::vm
