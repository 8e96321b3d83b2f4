#pragma once

#include "host_resolver.hpp"

#include <banger/plugin.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace dns {

/// What the plugin changes on this machine while VMs run: the redirect of port 53 at the bridge,
/// and what the machine's resolver is told. Many may settle at once; any thread.
class HostSide {
  public:
    HostSide(banger::Host host, HostResolver resolver);

    /// Makes the host have both, or neither when no VM runs (asked with the lock held, so that the
    /// last word is the latest). Throws when the redirect fails; a resolver that does not listen
    /// is for doctor to tell.
    void settle(banger::Call& call, std::uint16_t port, const std::function<bool()>& any_runs);
    /// The same, whatever was done before: somebody else may have changed the host.
    void renew(banger::Call& call, std::uint16_t port, const std::function<bool()>& any_runs);
    /// Takes back everything that there may be. A resolver that does not listen is told again the
    /// next time; here and in settle() it is no error.
    void remove(banger::Call& call);
    /// One of the objects, whatever is remembered of it; settle() makes it again where it is
    /// needed. Throws when it fails.
    void remove_table(banger::Call& call, const std::string& tag);
    void remove_resolver(banger::Call& call, const std::string& resolver, const std::string& tag);

    [[nodiscard]] nlohmann::json show(banger::Call& call) const;
    [[nodiscard]] const std::string& tag() const { return tag_; }
    [[nodiscard]] HostResolver resolver() const { return resolver_; }
    /// By verb_name(): those that have been told, or may have been.
    [[nodiscard]] std::set<std::string> resolvers(banger::Call& call) const;
    /// The resolver has been told, and did not object.
    [[nodiscard]] bool told() const;
    [[nodiscard]] std::string objection() const;

  private:
    void run(banger::Call& call, std::string_view verb, const nlohmann::json& arguments) const;
    void apply(banger::Call& call, std::uint16_t port);
    void take_back(banger::Call& call);
    std::set<std::string> unset(banger::Call& call, const std::set<std::string>& resolvers) const;
    void unset(banger::Call& call, const std::string& resolver, const std::string& tag) const;
    void remember(banger::Call& call, const std::set<std::string>& resolvers) const;
    void note(bool told, std::string objection);

    banger::Host host_;
    std::string tag_;
    HostResolver resolver_;
    mutable std::mutex mutex_;
    mutable std::mutex told_mutex_; ///< apart, so that a status line never waits for a helper
    bool applied_ = false;
    bool told_ = false;
    std::string objection_;
};

} // namespace dns
