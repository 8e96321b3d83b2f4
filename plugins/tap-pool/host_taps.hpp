#pragma once

#include "tap_edge.hpp"

#include <banger/plugin.hpp>

#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace tap_pool {

/// A bridge of this banger that network.bridge named before a daemon that was killed, and what is
/// left at it.
struct FormerBridge {
    std::string name;
    std::vector<std::string> taps;
};

/// The real host: looks by netlink, changes through the daemon's privileged helper.
class HostTaps final : public TapEdge {
  public:
    /// For the time of this call.
    HostTaps(banger::Host host, banger::Call& call, std::string tag);
    ~HostTaps() override;

    [[nodiscard]] TapLook look(const std::string& name) override;
    [[nodiscard]] std::vector<Tap> list() override;
    void create(const std::vector<std::string>& names) override;
    void remove(const std::vector<std::string>& names, bool bridge_too) override;
    void warn(const std::string& text) override;

    void
    remove_bridge(const std::string& name); ///< gone already is fine; E_BUSY while it has ports
    /// Those that no process uses any more.
    [[nodiscard]] std::vector<FormerBridge> former_bridges();
    void remove_former_bridges(); ///< failing is a warning
    /// What has the bridge's name, as the helper lists it; null when nothing has.
    [[nodiscard]] nlohmann::json bridge();
    [[nodiscard]] const banger_network& network() const noexcept { return network_; }

  private:
    [[nodiscard]] const nlohmann::json& links(); ///< asked for once, and again after a change
    [[nodiscard]] bool may_delete_bridge(const std::vector<std::string>& without);
    [[nodiscard]] bool is_ours(const nlohmann::json& link) const;
    nlohmann::json run(std::string_view verb, const nlohmann::json& args);

    banger::Host host_;
    banger::Call& call_;
    std::string tag_;
    const banger_network& network_;
    std::unique_ptr<nlohmann::json> links_;
};

/// An interface name of 15 bytes, new in practice: "bgr", the tag, 6 at random.
[[nodiscard]] std::string random_name(const std::string& tag);

} // namespace tap_pool
