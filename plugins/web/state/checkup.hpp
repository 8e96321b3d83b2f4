#pragma once

#include "daemon.hpp"
#include "lookups.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

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
        std::string problem, hint; ///< instead of them: why they could not be done
    };
    static constexpr std::chrono::minutes fresh{5};

    explicit Checkup(banger::Host host)
        : daemon_(host), lookups_(host, {1, std::chrono::seconds(60)}) {}

    /// Null: nothing is known yet.
    [[nodiscard]] std::shared_ptr<const Found> look(Clock::time_point now = Clock::now());

  private:
    Daemon daemon_;
    Lookups<std::monostate, Found> lookups_; ///< last: they use the daemon
};

} // namespace web
