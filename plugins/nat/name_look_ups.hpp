#pragma once

#include "name_cache.hpp"

#include <banger/plugin.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace nat {

/// Asks the host's resolver for the names that VMs are allowed to reach: new ones at once, all of
/// them again and again. On a thread of its own, so a resolver that is away holds no VM up. Without
/// names it sleeps.
class NameLookUps {
  public:
    /// The addresses of a name; none when nobody answers. Blocks.
    using LookUp = std::function<std::vector<std::string>(const std::string& name)>;
    /// Names were looked up; `changed`: an address came or went. What it throws is a line in the
    /// log, and the next round comes all the same.
    using Done = std::function<void(banger::Call&, bool changed)>;

    /// `names` outlives this.
    NameLookUps(banger::Host host, NameCache& names, std::chrono::seconds period, LookUp look_up,
                Done done);

    /// The cache has other names now. Any thread.
    void names_changed() { wake_.set(); }

  private:
    /// A flag to poll().
    class Wake {
      public:
        Wake();
        Wake(const Wake&) = delete;
        Wake& operator=(const Wake&) = delete;
        ~Wake();
        void set() const;
        void clear() const;
        [[nodiscard]] int fd() const { return fd_; }

      private:
        int fd_;
    };

    void run(banger::Call& call);
    /// Until there may be something to ask; false when it is time to end.
    [[nodiscard]] bool wait(banger::Call& call) const;
    void look_up(banger::Call& call, const std::set<std::string>& names);

    const banger::Host host_;
    NameCache& names_;
    const std::chrono::seconds period_;
    const LookUp ask_;
    const Done done_;
    std::chrono::steady_clock::time_point next_round_;
    Wake wake_;
    banger::Thread thread_; ///< last: it ends before what it uses
};

} // namespace nat
