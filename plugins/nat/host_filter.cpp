#include "host_filter.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace nat {

using banger::view;
using nlohmann::json;

HostFilter::HostFilter(banger::Host host, banger::Call& call, const Config& config, std::string tag)
    : host_(host), call_(call), config_(config), tag_(std::move(tag)) {}

namespace {

/// What the helper takes for one VM.
constexpr std::size_t most_allowed = 1024;

/// Who answers for a name may give any address: a network that is closed opens by its own number
/// only. Of too many, each name has its share.
json allowed(const Egress& egress, const NameCache& names, const Config& config) {
    json networks = egress.networks;
    const std::size_t share =
        (most_allowed - networks.size()) / std::max<std::size_t>(egress.names.size(), 1);
    for (const std::string& name : egress.names) {
        std::size_t left = share;
        for (const std::string& address : names.addresses(name)) {
            const bool closed = std::any_of(
                config.closed.begin(), config.closed.end(),
                [&](const std::string& network) { return is_within(address, network); });
            if (!closed && left > 0) {
                networks.push_back(address + "/32");
                --left;
            }
        }
    }
    return networks;
}

} // namespace

json HostFilter::run(std::string_view verb, const json& arguments) {
    return json::parse(banger::Privileged(host_).run(call_, verb, arguments.dump()));
}

json HostFilter::arguments(const RuleSet::Rules& rules, const NameCache& names,
                           const Config& config, const banger_network& network,
                           const std::string& tag) {
    json guests = json::array();
    json ports = json::array();
    for (const auto& [id, vm] : rules) {
        if (vm.nat) {
            guests.push_back({{"address", vm.address},
                              {"open", vm.egress.open},
                              {"allowed", allowed(vm.egress, names, config)}});
        }
        for (const Port& port : vm.ports) {
            ports.push_back({{"protocol", port.protocol},
                             {"host", port.host.empty() ? json() : json(port.host)},
                             {"port", port.port},
                             {"guest", vm.address},
                             {"guest_port", port.guest_port}});
        }
    }
    return {{"tag", tag},
            {"bridge", view(network.bridge)},
            {"subnet", view(network.subnet)},
            {"guests", std::move(guests)},
            {"ports", std::move(ports)},
            {"closed", config.closed},
            {"host_access", config.host_access},
            {"dns_port", 53}};
}

void HostFilter::apply(const RuleSet::Rules& rules, const NameCache& names) {
    if (rules.empty()) {
        remove();
    } else {
        run("nat-apply",
            arguments(rules, names, config_, banger::NetworkInfo(host_).network(call_), tag_));
    }
}

void HostFilter::remove() {
    remove_table(tag_);
}

void HostFilter::remove_table(const std::string& tag) {
    run("nat-delete", {{"tag", tag}});
}

json HostFilter::show() {
    return run("nat-show", json::object());
}

} // namespace nat
