#pragma once

#include "daemon.hpp"
#include "lookups.hpp"

#include <optional>
#include <string>
#include <vector>

namespace web {

/// What VMs have changed of their images. That is read from a whole disk, so that it is looked at
/// when somebody asks for it, and kept until he asks again. Any thread.
class Changes {
  public:
    using Clock = std::chrono::system_clock;
    struct Row {
        std::string change, type, path; ///< any characters
        std::optional<std::uint64_t> bytes;
    };
    struct Found {
        Clock::time_point at;
        bool all = false; ///< with what every VM has of its own
        std::vector<Row> rows;
        std::size_t more = 0;      ///< rows that are not here
        std::string said;          ///< by the plugin, of rows that it did not tell
        std::string problem, hint; ///< instead of all that: why it could not be looked at
    };
    using Seen = Lookups<std::string, Found>::Seen;
    static constexpr std::size_t most_bytes = 2U << 20U; ///< of rows of one VM
    static constexpr std::size_t most_vms = 4;           ///< that are kept, or looked at

    explicit Changes(banger::Host host)
        : daemon_(host), lookups_(host, {2, std::chrono::minutes(10), most_vms}) {}

    /// Begins to look, unless that VM is looked at already. Why it does not; empty: it does.
    [[nodiscard]] std::string begin(const std::string& vm_id, const std::string& vm_name, bool all);
    [[nodiscard]] Seen seen(const std::string& vm_id) const { return lookups_.seen(vm_id); }

  private:
    Daemon daemon_;
    Lookups<std::string, Found> lookups_; ///< by the VM's id; last: they use the daemon
};

} // namespace web
