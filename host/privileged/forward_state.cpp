#include "privileged/forward_state.hpp"

#include "net/nftables.hpp"
#include "os/enum_names.hpp"
#include "os/run.hpp"

#include <chrono>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

constexpr auto kinds =
    os::enum_names<ForwardFilter::Kind>({{ForwardFilter::Kind::nft, "nft"},
                                         {ForwardFilter::Kind::bridge, "bridge"},
                                         {ForwardFilter::Kind::firewalld, "firewalld"},
                                         {ForwardFilter::Kind::legacy, "legacy"}});

constexpr auto hooks = os::enum_names<ForwardFilter::Hook>(
    {{ForwardFilter::Hook::forward, "forward"}, {ForwardFilter::Hook::input, "input"}});

/// Asking loads its modules, which would make the tables.
bool has_legacy_filter() {
    std::ifstream names("/proc/net/ip_tables_names");
    for (std::string name; std::getline(names, name);) {
        if (name == "filter") {
            return true;
        }
    }
    return false;
}

/// Who brings an iptables of his own (k3s) makes such tables without the program being here.
void add_legacy(ForwardState& state, const std::string& bridge) {
    constexpr const char* program = "/usr/sbin/iptables-legacy";
    if (!os::find_program(program)) {
        state.unread = std::string(program) + " is not installed";
        return;
    }
    os::RunOptions options;
    options.timeout = std::chrono::seconds(5);
    options.die_with_parent = true;
    options.env = std::vector<std::string>{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
    const os::Output output = os::run({program, "-w", "5", "-S"}, options);
    if (output.timed_out || !output.status.ok()) {
        state.unread =
            std::string(program) + ": " + (output.timed_out ? "no answer" : output.status.text());
        return;
    }
    auto legacy = legacy_forward_filters(output.out, bridge);
    std::move(legacy.begin(), legacy.end(), std::back_inserter(state.filters));
}

} // namespace

ForwardState forward_state(net::Nftables& nftables, const std::string& bridge) {
    const json objects =
        nftables.run({{{"list", {{"ruleset", nullptr}}}}}, "list the packet filter");
    ForwardState state{forward_filters(objects, bridge), pass_rules(objects), {}};
    if (has_legacy_filter()) {
        add_legacy(state, bridge);
    }
    return state;
}

std::vector<std::string> firewalld_command(const std::string& bridge, bool trust) {
    return {"/usr/bin/firewall-cmd", "--zone=trusted",
            (trust ? "--add-interface=" : "--remove-interface=") + bridge};
}

json to_json(const std::vector<ForwardFilter>& filters) {
    json list = json::array();
    for (const ForwardFilter& filter : filters) {
        list.push_back({{"kind", kinds.name(filter.kind)},
                        {"hook", hooks.name(filter.hook)},
                        {"text", filter.text()},
                        {"place", filter.place},
                        {"lets_pass", filter.lets_pass()},
                        {"lacks", filter.lacks}});
    }
    return list;
}

} // namespace banger::privileged
