#pragma once

#include <vector>

namespace banger::guest {

struct Nic;

/// Gives the network interfaces of this network namespace their names, MACs, addresses and default
/// route, and brings lo up. An interface is the one with the MAC, else the one with the name, else
/// the next unused Ethernet device (a restored snapshot has the MAC of the guest that it was taken
/// from). Leaves alone what is right already. Throws naming the interface and the step.
void apply_network(const std::vector<Nic>& nics);

} // namespace banger::guest
