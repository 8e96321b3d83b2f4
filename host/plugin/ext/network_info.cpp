#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

namespace banger::plugin {
namespace {

// Both are small, and so asked for in a call of any length: what one keeps of them does not count.
constexpr banger_network no_network{
    .struct_size = sizeof(banger_network),
    .bridge = {"", 0},
    .subnet = {"", 0},
    .gateway = {"", 0},
    .domain = {"", 0},
};

const banger_network* network(const banger_host*, banger_call* handle) noexcept {
    const Using call(handle, "network_info.network");
    if (!call) {
        return &no_network;
    }
    try {
        NetworkFacts facts = call->plugin.services.network->network();
        auto kept = std::make_unique<Kept<banger_network>>();
        kept->first = std::move(facts.bridge);
        kept->second = std::move(facts.subnet);
        kept->third = std::move(facts.gateway);
        kept->fourth = std::move(facts.domain);
        kept->raw = {.struct_size = sizeof(banger_network),
                     .bridge = str(kept->first),
                     .subnet = str(kept->second),
                     .gateway = str(kept->third),
                     .prefix_length = facts.prefix_length,
                     .mtu = facts.mtu,
                     .owner_uid = facts.owner_uid,
                     .domain = str(kept->fourth)};
        return &call->keep_once("network", std::move(kept)).raw; // it does not change
    } catch (...) {
        record_failure(*call);
        return &no_network;
    }
}

const banger_vm_address* vm_address(const banger_host*, banger_call* handle,
                                    banger_str vm_id) noexcept {
    const Using call(handle, "network_info.vm_address");
    if (!call) {
        return nullptr;
    }
    try {
        auto found = call->plugin.services.network->find_vm(
            limits::taken("the id of a VM", vm_id, limits::vm_name));
        if (!found || found->address.empty()) {
            return nullptr;
        }
        const std::string key = found->address + " " + found->mac + " " + found->fqdn;
        auto kept = std::make_unique<Kept<banger_vm_address>>();
        kept->first = std::move(found->address);
        kept->second = std::move(found->mac);
        kept->third = std::move(found->fqdn);
        kept->raw = {.struct_size = sizeof(banger_vm_address),
                     .address = str(kept->first),
                     .mac = str(kept->second),
                     .fqdn = str(kept->third)};
        return &call->keep_once(key, std::move(kept)).raw;
    } catch (...) {
        record_failure(*call);
        return nullptr;
    }
}

} // namespace

const banger_network_info_ops network_info_ops{sizeof(banger_network_info_ops), 0, network,
                                               vm_address};

} // namespace banger::plugin
