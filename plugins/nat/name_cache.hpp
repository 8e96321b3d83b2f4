#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace nat {

/// The addresses of the names that VMs are allowed to reach. An address stays for a while after a
/// name stopped to give it: round-robin names change with each question. Whoever answers for a name
/// decides what it gives, so there is an end to how many it has. Any thread.
class NameCache {
  public:
    static constexpr std::size_t most_addresses = 64; ///< of one name: the latest
    static constexpr int keep_rounds = 10;            ///< look-ups that an address outlives
    /// How often a name teaches us something new between two rounds of look-ups; each time the
    /// packet filter is changed.
    static constexpr int most_learned = 64;

    /// From now on these, and no others.
    void keep(const std::set<std::string>& names);
    /// Those that are to be looked up: all in a new round, or the ones that never were.
    [[nodiscard]] std::set<std::string> due(bool round);
    /// What the host's resolver said; nothing when it did not answer, which takes nothing from
    /// anybody. True when an address came or went.
    bool looked_up(const std::string& name, const std::vector<std::string>& addresses);
    /// What our DNS was told when a guest asked. True when it is one of ours and something is new.
    bool learn(const std::string& name, const std::vector<std::string>& addresses);
    [[nodiscard]] bool empty() const; ///< no names
    [[nodiscard]] std::set<std::string> addresses(const std::string& name) const;
    /// The names that were looked up and gave nothing, ever.
    [[nodiscard]] std::set<std::string> without_address() const;

  private:
    struct Address {
        int rounds_left = 0;
        std::uint64_t taken = 0; ///< higher: later
    };
    struct Known {
        std::map<std::string, Address> addresses;
        std::uint64_t taken = 0; ///< the last one's
        bool looked_up = false;
        int learned = 0; ///< in this round
    };
    /// With the lock held.
    static bool take(Known& known, const std::vector<std::string>& addresses);

    mutable std::mutex mutex_;
    std::map<std::string, Known> known_; ///< by name
};

} // namespace nat
