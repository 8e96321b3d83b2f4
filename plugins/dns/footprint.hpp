#pragma once

#include <banger/plugin.hpp>

#include <cstdint>
#include <string>

namespace dns {

class HostSide;
struct VmNames;

/// Emits the names of one VM as objects of the footprint.
void list_names(banger::Call& call, const std::string& domain, const std::string& vm,
                const VmNames& names);
/// Emits what there is on the host for all VMs, looked up there. What is ours is stray when no VM
/// runs.
void list_host(banger::Call& call, const HostSide& side, std::uint16_t port, bool any_runs);

} // namespace dns
