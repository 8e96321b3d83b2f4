#include "privileged/dns_table.hpp"

#include "privileged/nft_expression.hpp"
#include "privileged/table_commands.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

constexpr int asked_port = 53;
/// Before the destinations of published ports: port 53 of the bridge is ours whatever is published.
constexpr int priority = -101;

} // namespace

json dns_commands(const DnsSpec& spec) {
    TableCommands commands(spec.table);
    commands.base_chain("prerouting", "nat", "prerouting", priority);
    for (const char* protocol : {"udp", "tcp"}) {
        commands.rule("prerouting", {nft::match(nft::meta("iifname"), spec.bridge),
                                     nft::match(nft::field("ip", "daddr"), spec.address.text()),
                                     nft::match(nft::field(protocol, "dport"), asked_port),
                                     {{"redirect", {{"port", spec.port}}}}});
    }
    return std::move(commands).take();
}

} // namespace banger::privileged
