#include "privileged/bridge_filter.hpp"

#include "net/nftables.hpp"
#include "privileged/guard_table.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {

std::string bridge_filter_lacks(net::Nftables& nftables) {
    GuardSpec spec;
    spec.table = {guard_kind, 0, "probe"};
    spec.subnet = {{0xac1e5800}, 24};
    spec.vm_to_vm = false; // with every rule that there is
    const std::string said = nftables.objection(guard_commands(spec));
    return said.substr(0, said.find('\n'));
}

} // namespace banger::privileged
