#include "privileged/guard_table.hpp"

#include "privileged/nft_expression.hpp"
#include "privileged/table_commands.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using namespace nft;
using nlohmann::json;

/// Before everything else that looks at a packet: what is forged is not even learned from.
constexpr int priority = -300;

const json in = meta("iifname");
const json out = meta("oifname");
const json ip = match(field("ether", "type"), "ip");
const json arp = match(field("ether", "type"), "arp");

class GuardBuilder {
  public:
    explicit GuardBuilder(const GuardSpec& spec) : spec_(spec), made_(spec.table) {}

    json commands() {
        sets();
        base_chain("prerouting");
        rule("prerouting", {match(in, "@taps", "!="), accept()});
        if (!spec_.vm_to_vm) {
            isolate();
        }
        honest_ip();
        honest_arp();
        // Anything else: other addresses, IPv6, VLAN tags, protocols that nobody asked for.
        rule("prerouting", {drop()});
        beside_the_bridge();
        return std::move(made_).take();
    }

  private:
    void rule(const char* chain, json expressions) { made_.rule(chain, std::move(expressions)); }
    void base_chain(const char* hook) { made_.base_chain(hook, "filter", hook, priority); }

    void sets() {
        json cards = json::array();
        json guests = json::array();
        for (const GuardGuest& guest : spec_.guests) {
            cards.push_back(concat({guest.tap, guest.mac.text()}));
            guests.push_back(concat({guest.tap, guest.mac.text(), guest.address.text()}));
        }
        // By their exact names: a pattern would match taps of others, too.
        made_.set("taps", "ifname", spec_.taps);
        made_.set("cards", json::array({"ifname", "ether_addr"}), std::move(cards));
        made_.set("guests", json::array({"ifname", "ether_addr", "ipv4_addr"}), std::move(guests));
    }

    void honest_ip() {
        rule("prerouting",
             {ip, match(concat({in, field("ether", "saddr"), field("ip", "saddr")}), "@guests"),
              accept()});
    }

    /// What it says of itself, and the frame around it, are the guest's own.
    void honest_arp() {
        // The fields behind these are where they are expected.
        const json readable = {arp, match(field("arp", "htype"), 1),
                               match(field("arp", "ptype"), "ip"), match(field("arp", "hlen"), 6),
                               match(field("arp", "plen"), 4)};
        const json own_card = match(concat({in, field("arp", "saddr ether")}), "@cards");
        json talk = readable;
        talk.push_back(
            match(concat({in, field("ether", "saddr"), field("arp", "saddr ip")}), "@guests"));
        talk.push_back(own_card);
        talk.push_back(accept());
        rule("prerouting", std::move(talk));
        // "Has anybody this address?", as asked before it is taken into use (RFC 5227).
        json probe = readable;
        probe.push_back(match(field("arp", "saddr ip"), "0.0.0.0"));
        probe.push_back(match(concat({in, field("ether", "saddr")}), "@cards"));
        probe.push_back(own_card);
        probe.push_back(accept());
        rule("prerouting", std::move(probe));
    }

    void isolate() {
        const json subnet = network(spec_.subnet);
        // Also what the host would route back to another guest.
        rule("prerouting", {ip, match(field("ip", "daddr"), subnet),
                            match(field("ip", "daddr"), spec_.gateway.text(), "!="), drop()});
        rule("prerouting", {arp, match(field("arp", "daddr ip"), subnet),
                            match(field("arp", "daddr ip"), spec_.gateway.text(), "!="), drop()});
        // Broadcasts, and frames to another guest's card whatever address is in them.
        base_chain("forward");
        rule("forward", {match(in, "@taps"), match(out, "@taps"), drop()});
    }

    /// Frames to the link's own groups (IEEE 802.1D 7.12.6) pass no other hook, and the host takes
    /// an IP packet in one as if it had come in at the tap itself.
    void beside_the_bridge() {
        base_chain("input");
        rule("input", {match(in, "@taps"),
                       match({{"&", json::array({field("ether", "daddr"), "ff:ff:ff:ff:ff:f0"})}},
                             "01:80:c2:00:00:00"),
                       drop()});
    }

    const GuardSpec& spec_;
    TableCommands made_;
};

} // namespace

json guard_commands(const GuardSpec& spec) {
    return GuardBuilder(spec).commands();
}

} // namespace banger::privileged
