#pragma once

#include "tap_edge.hpp"

#include <banger/plugin.hpp>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace tap_pool {

/// The real host: looks by netlink, changes through the daemon's privileged helper.
class HostTaps final : public TapEdge {
  public:
    /// For the time of this call.
    HostTaps(banger::Host host, banger::Call& call, std::string tag);

    [[nodiscard]] TapLook look(const std::string& name) override;
    [[nodiscard]] std::vector<Tap> list() override;
    void create(const std::vector<std::string>& names) override;
    void remove(const std::vector<std::string>& names) override;
    void remove_bridge() override;
    void warn(const std::string& text) override;

    /// What has the bridge's name, as the helper lists it; null when nothing has.
    [[nodiscard]] nlohmann::json bridge();
    [[nodiscard]] const banger_network& network() const noexcept { return network_; }

  private:
    nlohmann::json links();
    nlohmann::json run(std::string_view verb, const nlohmann::json& args);

    banger::Host host_;
    banger::Call& call_;
    std::string tag_;
    const banger_network& network_;
};

/// 6 of 0-9a-z that stand for this text.
[[nodiscard]] std::string short_tag(std::string_view text);
/// An interface name of 15 bytes, new in practice: "bgr", the tag, 6 at random.
[[nodiscard]] std::string random_name(const std::string& tag);

} // namespace tap_pool
