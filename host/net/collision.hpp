#pragma once

#include "net/link.hpp"
#include "net/route.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::net {

/// Why a network cannot be ours: the host already reaches those addresses some other way.
struct Collision {
    std::string with;                  ///< "route 172.30.0.0/16 on docker0"
    std::optional<Subnet> alternative; ///< of the same size, free on this host now
};

/// `own_bridge` is left out of the comparison: its address and route are the subnet itself.
[[nodiscard]] std::optional<Collision> find_collision(const Subnet& subnet,
                                                      std::string_view own_bridge);

/// The same over given facts.
[[nodiscard]] std::optional<Collision> find_collision(const Subnet& subnet,
                                                      std::string_view own_bridge,
                                                      const std::vector<Link>& links,
                                                      const std::vector<Route>& routes);

} // namespace banger::net
