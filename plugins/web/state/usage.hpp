#pragma once

#include "host_usage.hpp"
#include "snapshot.hpp"
#include "trend.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace web {

/// How busy this machine and its VMs are, and were while somebody looked: figures are taken when a
/// page wants them, at most every two seconds. With nobody there nothing is done. Any thread.
class Usage {
  public:
    using Clock = std::chrono::steady_clock;
    struct Seen {
        HostFigures host;
        Trend host_cpu, host_memory;      ///< percent
        std::map<std::string, Trend> vms; ///< CPU of each, in percent, by id
        std::chrono::seconds span{0};     ///< from the first one to now
    };

    explicit Usage(HostUsage host = HostUsage()) : host_(std::move(host)) {}
    [[nodiscard]] Seen look(const Snapshot& now, Clock::time_point at = Clock::now());

  private:
    static constexpr std::chrono::seconds pause{2};
    /// Nobody looked for so long: what was before is no trend of now.
    static constexpr std::chrono::seconds longest_gap{60};

    std::mutex mutex_;
    HostUsage host_; ///< under mutex_, as all that follows
    Seen seen_;
    std::deque<Clock::time_point> times_;
};

} // namespace web
