#pragma once

#include "daemon.hpp"
#include "guest_counters.hpp"
#include "history.hpp"
#include "host_usage.hpp"
#include "snapshot.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace web {

/// How busy this machine and its VMs are and were, from what the daemon was told last and from
/// /proc: no guest is asked. What is known of a VM goes with it. Any thread.
class Usage {
  public:
    using Clock = std::chrono::system_clock;
    /// Somebody has to take figures that often, whether or not anybody looks. Between two that lie
    /// much further apart there is a gap.
    static constexpr std::chrono::seconds rhythm{30};

    struct Look {
        std::vector<Course> courses; ///< of what was ever told of it
        std::int64_t from = 0;       ///< of all of them; seconds since 1970, as the next
        std::int64_t settled = 0;    ///< what is before that will not change
    };

    explicit Usage(const std::filesystem::path& proc = "/proc") : proc_(proc), host_usage_(proc) {}

    /// At most every two seconds. Of a snapshot it is its VMs that count, and where their disks
    /// are.
    void take(const Snapshot& now, Clock::time_point at = Clock::now());
    /// The same, of what the daemon says of its VMs, and no more than that; it is asked at most as
    /// often. Throws Problem.
    SnapshotPtr ask(const Daemon& daemon, banger::Call& call);
    [[nodiscard]] HostFigures host() const; ///< as they were taken last
    /// vm_id: empty for this machine.
    [[nodiscard]] Look look(const std::string& vm_id, Window window,
                            Clock::time_point at = Clock::now()) const;
    [[nodiscard]] std::optional<Course> cpu(const std::string& vm_id,
                                            Clock::time_point at = Clock::now()) const;

  private:
    struct Followed {
        History history;
        std::optional<GuestCounters> told; ///< last, and when that was seen
        std::int64_t told_at = 0;
        std::optional<IoCounters> disk, network; ///< when figures were taken last, as
        std::optional<std::uint64_t> cpu_ms; ///< the time of its process, without a guest's word
    };
    static constexpr std::int64_t pause = 2, longest_gap = 150; ///< seconds

    void take_host(std::int64_t from, std::int64_t to, bool goes_on);
    void take_vm(Followed& followed, const nlohmann::json& vm, std::int64_t from,
                 std::int64_t to) const;
    void forget_before();
    [[nodiscard]] const History* history_of(const std::string& vm_id) const;

    const std::filesystem::path proc_;
    mutable std::mutex mutex_;
    HostUsage host_usage_; ///< under mutex_, as all that follows
    HostFigures figures_;
    std::string folder_; ///< that VMs' own folders are in
    Followed host_;
    std::map<std::string, Followed> vms_; ///< by id
    std::int64_t taken_at_ = -1;
    SnapshotPtr asked_; ///< last
};

} // namespace web
