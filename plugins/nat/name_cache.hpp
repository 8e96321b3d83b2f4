#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace nat {

/// The addresses of the names that VMs are allowed to reach. An address stays for a while after a
/// name stopped to give it: round-robin names change with each question. Any thread.
class NameCache {
  public:
    using LookUp = std::function<std::vector<std::string>(const std::string& name)>;
    explicit NameCache(LookUp look_up) : look_up_(std::move(look_up)) {}

    /// From now on something can be learned about these, before they have been looked up.
    void expect(const std::set<std::string>& names);
    /// Looks up these names, or only those never seen, and forgets all others. Blocks. True when
    /// an address came or went.
    bool refresh(const std::set<std::string>& names, bool only_new);
    /// What somebody else has just learned about a name (our DNS, asked by a guest). True when
    /// it was one of ours and something of it is new.
    bool learn(const std::string& name, const std::vector<std::string>& addresses);
    [[nodiscard]] std::set<std::string> addresses(const std::string& name) const;

  private:
    static constexpr int keep_rounds = 10; ///< refreshes that an address outlives

    /// With the lock held.
    bool take(const std::string& name, const std::vector<std::string>& addresses);

    LookUp look_up_;
    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::string, int>> known_; ///< name, address, rounds left
};

} // namespace nat
