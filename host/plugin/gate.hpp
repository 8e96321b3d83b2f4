#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace banger::plugin {

/// Lets threads of a plugin, and those that come back from it late, in to the host's services until
/// these go. Any thread.
class Gate {
  public:
    /// Held while something of the host is used.
    class Pass {
      public:
        Pass() = default;
        explicit Pass(Gate* gate) noexcept : gate_(gate) {}
        Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
        Pass& operator=(Pass&& other) noexcept {
            std::swap(gate_, other.gate_);
            return *this;
        }
        ~Pass() {
            if (gate_) {
                gate_->inside_.fetch_sub(1);
            }
        }
        explicit operator bool() const noexcept { return gate_ != nullptr; }

      private:
        Gate* gate_ = nullptr;
    };

    /// False when it is closed.
    [[nodiscard]] Pass enter() noexcept {
        Pass pass(this);
        inside_.fetch_add(1);
        return closed_ ? Pass() : std::move(pass);
    }
    /// Nobody comes in from now on; false when somebody is still inside at the deadline.
    bool close(std::chrono::steady_clock::time_point deadline);

  private:
    std::atomic<std::int64_t> inside_{0};
    std::atomic<bool> closed_{false};
};

/// Reaches a thing from something that may come later than its end. The owner holds the Lifeline;
/// its end waits for those who use the thing just then.
template <class T>
class Lifeline {
  public:
    class Line {
      public:
        /// Runs f with the thing; false when it is gone.
        template <class F>
        bool use(F&& f) const {
            const std::shared_lock hold(state_->lock);
            if (!state_->target) {
                return false;
            }
            std::forward<F>(f)(*state_->target);
            return true;
        }

      private:
        friend Lifeline;
        struct State {
            std::shared_mutex lock;
            T* target;
        };
        std::shared_ptr<State> state_;
    };

    explicit Lifeline(T& target) { line_.state_.reset(new typename Line::State{{}, &target}); }
    ~Lifeline() {
        const std::scoped_lock hold(line_.state_->lock);
        line_.state_->target = nullptr;
    }
    Lifeline(const Lifeline&) = delete;
    Lifeline& operator=(const Lifeline&) = delete;
    [[nodiscard]] const Line& line() const noexcept { return line_; }

  private:
    Line line_;
};

} // namespace banger::plugin
