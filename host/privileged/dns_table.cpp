#include "privileged/dns_table.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

constexpr std::string_view prefix = "bangerdns_";
constexpr int asked_port = 53;
/// Before the destinations of published ports: port 53 of the bridge is ours whatever is published.
constexpr int priority = -101;

json match(json left, json right) {
    return {{"match", {{"op", "=="}, {"left", std::move(left)}, {"right", std::move(right)}}}};
}

} // namespace

std::string DnsTable::name() const {
    return std::string(prefix) + std::to_string(uid) + "_" + tag;
}

std::optional<DnsTable> DnsTable::parse(std::string_view name) {
    if (name.substr(0, prefix.size()) != prefix) {
        return std::nullopt;
    }
    name.remove_prefix(prefix.size());
    DnsTable table;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), table.uid);
    if (error != std::errc{} || end == name.data() + name.size() || *end != '_') {
        return std::nullopt;
    }
    table.tag = std::string(end + 1, name.data() + name.size());
    return !table.tag.empty() ? std::optional(table) : std::nullopt;
}

json dns_commands(const DnsSpec& spec) {
    const std::string name = spec.table.name();
    const json table{{"table", {{"family", "inet"}, {"name", name}}}};
    json commands = json::array();
    // Deleting what is not there fails, so it is added first.
    commands.push_back({{"add", table}});
    commands.push_back({{"delete", table}});
    commands.push_back({{"add", table}});
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
