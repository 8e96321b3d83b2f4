#pragma once

#include "deed.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace web {

/// What this console asked for, by the operation that it became: the daemon keeps no operation's
/// request. Gone with the daemon. Any thread.
class Retries {
  public:
    static constexpr std::size_t most = 500;           ///< as many operations as the daemon keeps
    static constexpr std::size_t longest = 16U << 10U; ///< body of one that is kept

    void keep(std::string op, Deed deed);
    [[nodiscard]] std::optional<Deed> find(const std::string& op) const;

  private:
    mutable std::mutex mutex_;
    std::deque<std::pair<std::string, Deed>> deeds_; ///< under mutex_; the oldest first
};

/// Why an operation cannot be done again by a click, in one sentence; empty: it can be. Never
/// throws for what the JSON holds.
[[nodiscard]] std::string no_retry(const Retries& retries, const nlohmann::json& operation);

} // namespace web
