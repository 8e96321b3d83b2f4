#include "privileged/nat_table.hpp"

#include "privileged/nft_expression.hpp"
#include "privileged/table_commands.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using net::Subnet;
using namespace nft;
using nlohmann::json;

/// Of a connection as it was begun.
json asked(const char* key) {
    return {{"ct", {{"key", key}, {"dir", "original"}}}};
}
const json masquerade = {{"masquerade", nullptr}};
/// A TCP peer hears at once that its connection is over; anything else gets an ICMP error.
const json reset = {{"reject", {{"type", "tcp reset"}}}};
const json refuse = {{"reject", {{"type", "icmpx"}, {"expr", "admin-prohibited"}}}};
const json tcp = match(meta("l4proto"), "tcp");
const json answers = match(ct("state"), json::array({"established", "related"}), "in");
const json published = match(ct("status"), "dnat", "in");

class NatBuilder {
  public:
    explicit NatBuilder(const NatSpec& spec) : spec_(spec), made_(spec.table) {}

    json commands() {
        if (spec_.mark) {
            made_.chain(forward_mark);
        }
        sets();
        from_guests();
        to_guests();
        to_host();
        addresses();
        return std::move(made_).take();
    }

  private:
    void rule(const char* chain, json expressions) { made_.rule(chain, std::move(expressions)); }

    void sets() {
        const json interval = json::array({"interval"});
        json open = json::array();
        json allowed = json::array();
        for (const NatGuest& guest : spec_.guests) {
            if (guest.open) {
                open.push_back(guest.address.text());
            }
            for (const Subnet& to : guest.allowed) {
                allowed.push_back(concat({guest.address.text(), network(to)}));
            }
        }
        json closed = json::array();
        for (const Subnet& subnet : spec_.closed) {
            closed.push_back(network(subnet));
        }
        made_.set("open", "ipv4_addr", std::move(open));
        made_.set("allowed", json::array({"ipv4_addr", "ipv4_addr"}), std::move(allowed), interval);
        made_.set("closed", "ipv4_addr", std::move(closed), interval);
    }

    void from_guests() {
        made_.base_chain("forward", "filter", "forward", 0);
        made_.chain("from_guest");
        made_.chain("to_guest");
        // From VM to VM: no routing, but where br_netfilter is on
        // (net.bridge.bridge-nf-call-iptables, as Docker sets it) the bridge's packets pass here,
        // too.
        rule("forward", {match(meta("iifname"), spec_.bridge), match(meta("oifname"), spec_.bridge),
                         accept()});
        rule("forward", {match(meta("iifname"), spec_.bridge), jump("from_guest")});
        rule("forward", {match(meta("oifname"), spec_.bridge), jump("to_guest")});

        // Only the answers to what came in by a published port; its direction tells.
        rule("from_guest", {published, match(ct("direction"), "reply"), accept()});
        rule("from_guest",
             {match(concat({field("ip", "saddr"), field("ip", "daddr")}), "@allowed"), accept()});
        rule("from_guest", {match(field("ip", "saddr"), "@open"),
                            match(field("ip", "daddr"), "@closed", "!="), accept()});
        // Also what was established before NAT was taken away: it ends now, not at a time-out.
        rule("from_guest", {tcp, reset});
        rule("from_guest", {refuse});
    }

    void to_guests() {
        rule("to_guest", {published, accept()});
        rule("to_guest", {match(field("ip", "daddr"), "@open"), answers, accept()});
        rule("to_guest", {match(concat({field("ip", "daddr"), field("ip", "saddr")}), "@allowed"),
                          answers, accept()});
        // A segment that the guest acknowledges is what makes it hear of the end of a connection.
        rule("to_guest", {tcp, answers, accept()});
        rule("to_guest", {drop()});
    }

    void to_host() {
        // Loopback is routed out of the bridge for published ports; a guest must not come back in.
        // And what is published on a loopback address is for this machine: the translation comes
        // before the kernel drops such addresses from the network (RFC 1122, 3.2.1.3).
        made_.base_chain("guard", "filter", "prerouting", -300);
        rule("guard", {match(meta("iifname"), "lo", "!="),
                       match(field("ip", "daddr"), network(Subnet{{0x7f000000}, 8})), drop()});
        made_.base_chain("input", "filter", "input", 0);
        if (spec_.host_access) {
            return;
        }
        const json ours = match(meta("iifname"), spec_.bridge);
        rule("input", {ours, answers, accept()});
        rule("input", {ours, match(meta("l4proto"), "icmp"), accept()});
        if (spec_.dns_port != 0) {
            // As the guest asked for it: a redirect may have changed the port before this hook.
            rule("input", {ours, match(meta("l4proto"), any_of(json::array({"tcp", "udp"}))),
                           match(asked("proto-dst"), spec_.dns_port), accept()});
        }
        rule("input", {ours, tcp, reset});
        rule("input", {ours, refuse});
    }

    void addresses() {
        made_.base_chain("prerouting", "nat", "prerouting", -100);
        made_.base_chain("output", "nat", "output", -100);
        made_.base_chain("postrouting", "nat", "postrouting", 100);
        for (const NatPort& port : spec_.ports) {
            // Whatever `host` says: nobody takes what goes to an address elsewhere.
            json expressions = {to_this_machine()};
            if (port.host) {
                expressions.push_back(match(field("ip", "daddr"), port.host->text()));
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
             {match(meta("oifname"), any_of(json::array({spec_.bridge, "lo"})), "!="),
              match(field("ip", "saddr"), network(spec_.subnet)), masquerade});
    }

    const NatSpec& spec_;
    TableCommands made_;
};

} // namespace

json nat_commands(const NatSpec& spec) {
    return NatBuilder(spec).commands();
}

} // namespace banger::privileged
