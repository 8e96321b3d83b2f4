#pragma once

#include <string>

namespace banger::net {
class Nftables;
}

namespace banger::privileged {

/// What this kernel lacks to filter packets where they enter a bridge, in nft's words; empty when
/// it can. Changes nothing.
[[nodiscard]] std::string bridge_filter_lacks(net::Nftables& nftables);

} // namespace banger::privileged
