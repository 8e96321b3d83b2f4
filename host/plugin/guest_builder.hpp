#pragma once

#include <mutex>
#include <string>

#include <banger/vm.h>

namespace banger::vm {
class GuestConfig;
}

/// What contribute() is given: one plugin's way to write into the guest configuration. Closed when
/// the call is over or given up, so that a late plugin writes nowhere.
struct banger_gcb {
    banger_gcb(banger::vm::GuestConfig& target, std::string plugin, bool network)
        : config(&target), owner(std::move(plugin)), gives_network(network) {}
    void close() {
        const std::scoped_lock hold(lock);
        config = nullptr;
    }

    std::mutex lock;
    banger::vm::GuestConfig* config;
    const std::string owner;
    const bool gives_network;    ///< it said that it adds network cards
    banger_call* call = nullptr; ///< set on the call's thread before the plugin gets it
};
