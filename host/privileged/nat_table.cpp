#include "privileged/nat_table.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using net::Subnet;
using nlohmann::json;

/// Expressions of libnftables-json(5).
json meta(const char* key) {
    return {{"meta", {{"key", key}}}};
}
json field(const char* protocol, const char* name) {
    return {{"payload", {{"protocol", protocol}, {"field", name}}}};
}
json ct(const char* key) {
    return {{"ct", {{"key", key}}}};
}
/// Of a connection as it was begun.
json asked(const char* key) {
    return {{"ct", {{"key", key}, {"dir", "original"}}}};
}
json network(const Subnet& subnet) {
    if (subnet.prefix == 32) {
        return subnet.network.text();
    }
    return {{"prefix", {{"addr", subnet.network.text()}, {"len", subnet.prefix}}}};
}
const json accept = {{"accept", nullptr}};
const json drop = {{"drop", nullptr}};
const json masquerade = {{"masquerade", nullptr}};
/// A TCP peer hears at once that its connection is over; anything else gets an ICMP error.
const json reset = {{"reject", {{"type", "tcp reset"}}}};
const json refuse = {{"reject", {{"type", "icmpx"}, {"expr", "admin-prohibited"}}}};
const json tcp = match(meta("l4proto"), "tcp");
const json answers = match(ct("state"), json::array({"established", "related"}), "in");
const json published = match(ct("status"), "dnat", "in");

class Builder {
  public:
    explicit Builder(const NatSpec& spec)
        : spec_(spec), table_(spec.table.name()), commands_(spec.table.renew()) {}

    json commands() {
        if (spec_.mark) {
            add("chain", named(forward_mark));
        }
        sets();
        from_guests();
        to_guests();
        to_host();
        addresses();
        return std::move(commands_);
    }

  private:
    [[nodiscard]] json named(const char* name) const {
        return {{"family", "inet"}, {"table", table_}, {"name", name}};
    }
    void add(const char* kind, json object) {
        commands_.push_back({{"add", {{kind, std::move(object)}}}});
    }
    void rule(const char* chain, json expressions) {
        add("rule", {{"family", "inet"},
                     {"table", table_},
                     {"chain", chain},
                     {"expr", std::move(expressions)}});
    }
    void base_chain(const char* name, const char* type, const char* hook, int priority) {
        json chain = named(name);
        chain.update({{"type", type}, {"hook", hook}, {"prio", priority}, {"policy", "accept"}});
        add("chain", std::move(chain));
    }
    void set(const char* name, json type, json flags, json elements) {
        json made = named(name);
        made["type"] = std::move(type);
        if (!flags.empty()) {
            made["flags"] = std::move(flags);
        }
        add("set", std::move(made));
        if (!elements.empty()) {
            json added = named(name);
            added["elem"] = std::move(elements);
            add("element", std::move(added));
        }
    }

    void sets() {
        json open = json::array();
        json allowed = json::array();
        for (const NatGuest& guest : spec_.guests) {
            if (guest.open) {
                open.push_back(guest.address.text());
            }
            for (const Subnet& to : guest.allowed) {
                allowed.push_back({{"concat", {guest.address.text(), network(to)}}});
            }
        }
        json closed = json::array();
        for (const Subnet& subnet : spec_.closed) {
            closed.push_back(network(subnet));
        }
        set("open", "ipv4_addr", json::array(), std::move(open));
        set("allowed", json::array({"ipv4_addr", "ipv4_addr"}), json::array({"interval"}),
            std::move(allowed));
        set("closed", "ipv4_addr", json::array({"interval"}), std::move(closed));
    }

    void from_guests() {
        base_chain("forward", "filter", "forward", 0);
        add("chain", named("from_guest"));
        add("chain", named("to_guest"));
        // From VM to VM: no routing, but where br_netfilter is on
        // (net.bridge.bridge-nf-call-iptables, as Docker sets it) the bridge's packets pass here,
        // too.
        rule("forward",
             {match(meta("iifname"), spec_.bridge), match(meta("oifname"), spec_.bridge), accept});
        rule("forward",
             {match(meta("iifname"), spec_.bridge), {{"jump", {{"target", "from_guest"}}}}});
        rule("forward",
             {match(meta("oifname"), spec_.bridge), {{"jump", {{"target", "to_guest"}}}}});

        // Only the answers to what came in by a published port; its direction tells.
        rule("from_guest", {published, match(ct("direction"), "reply"), accept});
        rule("from_guest",
             {match({{"concat", {field("ip", "saddr"), field("ip", "daddr")}}}, "@allowed"),
              accept});
        rule("from_guest", {match(field("ip", "saddr"), "@open"),
                            match(field("ip", "daddr"), "@closed", "!="), accept});
        // Also what was established before NAT was taken away: it ends now, not at a time-out.
        rule("from_guest", {tcp, reset});
        rule("from_guest", {refuse});
    }

    void to_guests() {
        rule("to_guest", {published, accept});
        rule("to_guest", {match(field("ip", "daddr"), "@open"), answers, accept});
        rule("to_guest",
             {match({{"concat", {field("ip", "daddr"), field("ip", "saddr")}}}, "@allowed"),
              answers, accept});
        // A segment that the guest acknowledges is what makes it hear of the end of a connection.
        rule("to_guest", {tcp, answers, accept});
        rule("to_guest", {drop});
    }

    void to_host() {
        // Loopback is routed out of the bridge for published ports; a guest must not come back in.
        base_chain("guard", "filter", "prerouting", -300);
        rule("guard", {match(meta("iifname"), spec_.bridge),
                       match(field("ip", "daddr"), network(Subnet{{0x7f000000}, 8})), drop});
        base_chain("input", "filter", "input", 0);
        if (spec_.host_access) {
            return;
        }
        const json ours = match(meta("iifname"), spec_.bridge);
        rule("input", {ours, answers, accept});
        rule("input", {ours, match(meta("l4proto"), "icmp"), accept});
        if (spec_.dns_port != 0) {
            // As the guest asked for it: a redirect may have changed the port before this hook.
            rule("input", {ours, match(meta("l4proto"), {{"set", json::array({"tcp", "udp"})}}),
                           match(asked("proto-dst"), spec_.dns_port), accept});
        }
        rule("input", {ours, tcp, reset});
        rule("input", {ours, refuse});
    }

    void addresses() {
        base_chain("prerouting", "nat", "prerouting", -100);
        base_chain("output", "nat", "output", -100);
        base_chain("postrouting", "nat", "postrouting", 100);
        for (const NatPort& port : spec_.ports) {
            json expressions = json::array();
            if (port.host) {
                expressions.push_back(match(field("ip", "daddr"), port.host->text()));
            } else {
                expressions.push_back(match(
                    {{"fib", {{"result", "type"}, {"flags", json::array({"daddr"})}}}}, "local"));
            }
            expressions.push_back(match(field(port.protocol.c_str(), "dport"), port.port));
            expressions.push_back(
                {{"dnat",
                  {{"family", "ip"}, {"addr", port.guest.text()}, {"port", port.guest_port}}}});
            rule("prerouting", expressions);
            rule("output", std::move(expressions));
        }
        const json at_bridge = match(meta("oifname"), spec_.bridge);
        // Published ports, from the host's loopback and from another VM: the answer must come back
        // through the host, so the guest sees the bridge's address.
        rule("postrouting",
             {at_bridge, published, match(field("ip", "saddr"), network(Subnet{{0x7f000000}, 8})),
              masquerade});
        rule("postrouting", {at_bridge, published,
                             match(field("ip", "saddr"), network(spec_.subnet)), masquerade});
        rule("postrouting",
             {match(meta("oifname"), {{"set", json::array({spec_.bridge, "lo"})}}, "!="),
              match(field("ip", "saddr"), network(spec_.subnet)), masquerade});
    }

    const NatSpec& spec_;
    const std::string table_;
    json commands_;
};

} // namespace

json nat_commands(const NatSpec& spec) {
    return Builder(spec).commands();
}

} // namespace banger::privileged
