#include "privileged/dns_table.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

constexpr int asked_port = 53;
/// Before the destinations of published ports: port 53 of the bridge is ours whatever is published.
constexpr int priority = -101;

} // namespace

json dns_commands(const DnsSpec& spec) {
    const std::string name = spec.table.name();
    json commands = spec.table.renew();
    commands.push_back({{"add",
                         {{"chain",
                           {{"family", "inet"},
                            {"table", name},
                            {"name", "prerouting"},
                            {"type", "nat"},
                            {"hook", "prerouting"},
                            {"prio", priority},
                            {"policy", "accept"}}}}}});
    for (const char* protocol : {"udp", "tcp"}) {
        commands.push_back(
            {{"add",
              {{"rule",
                {{"family", "inet"},
                 {"table", name},
                 {"chain", "prerouting"},
                 {"expr",
                  {match({{"meta", {{"key", "iifname"}}}}, spec.bridge),
                   match({{"payload", {{"protocol", "ip"}, {"field", "daddr"}}}},
                         spec.address.text()),
                   match({{"payload", {{"protocol", protocol}, {"field", "dport"}}}}, asked_port),
                   {{"redirect", {{"port", spec.port}}}}}}}}}}});
    }
    return commands;
}

} // namespace banger::privileged
