#pragma once

#include "job.hpp"

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// The names in what `systemctl list-units --failed --plain --no-legend` prints, at most 256.
[[nodiscard]] std::vector<std::string> parse_failed_units(std::string_view text);

/// systemd's failed units, as they were when somebody asked last: to ask starts a program.
class FailedUnits {
  public:
    using Units = std::optional<std::vector<std::string>>; ///< none where no systemd runs
    using OnKnown = std::function<void()>;

    explicit FailedUnits(Loop& loop);

    [[nodiscard]] const Units& last() const noexcept { return last_; }
    /// Calls back later, when last() is new. One program at a time answers all who ask meanwhile.
    void ask(const std::weak_ptr<OnKnown>& known);

  private:
    Loop& loop_;
    Units last_;
    std::list<std::weak_ptr<OnKnown>> waiting_;
    std::unique_ptr<Job> job_;
    Loop::Registration soon_;
};

} // namespace agent
