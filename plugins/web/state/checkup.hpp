#pragma once

#include "daemon.hpp"

#include "http/workers.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

namespace web {

/// What the checks of this machine (GET /v1/doctor) found last. They take longer than a page may,
/// so that they are done in the background, when a page wants to know and what is known is old. Any
/// thread.
class Checkup {
  public:
    using Clock = std::chrono::system_clock;
    struct Found {
        Clock::time_point at;
        nlohmann::json checks = nlohmann::json::array();
        std::string problem; ///< instead of them: why they could not be done
    };
    static constexpr std::chrono::minutes fresh{5};

    explicit Checkup(banger::Host host) : host_(host), daemon_(host) {}
    Checkup(const Checkup&) = delete;
    Checkup& operator=(const Checkup&) = delete;

    /// Null: nothing is known yet. Throws nothing.
    [[nodiscard]] std::shared_ptr<const Found> look(Clock::time_point now = Clock::now());

  private:
    void check(banger::Call& call) noexcept;

    banger::Host host_;
    Daemon daemon_;
    std::mutex mutex_;
    std::shared_ptr<const Found> last_; ///< under mutex_
    bool under_way_ = false;            ///< under mutex_
    std::unique_ptr<Workers> workers_;  ///< under mutex_; last: they use the others
};

} // namespace web
