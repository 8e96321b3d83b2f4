#include "privileged/resolver.hpp"
#include "net/link.hpp"
#include "net/netlink.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "privileged/arguments.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verbs/verbs.hpp"

#include <chrono>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

/// Programs of the system by their full names, with arguments that are ours or checked.
void run(const std::vector<std::string>& argv) {
    const os::Output output =
        os::run(argv, {.timeout = std::chrono::seconds(8),
                       .die_with_parent = true,
                       .env = std::vector<std::string>{"PATH=/usr/bin:/bin", "LC_ALL=C"}});
    if (output.timed_out || !output.status.ok()) {
        std::string said = output.err.substr(0, 500);
        while (!said.empty() && said.back() == '\n') {
            said.pop_back();
        }
        throw Error(ErrorKind::unavailable,
                    argv[0] + " " + argv[1] + ": " +
                        (output.timed_out ? "no answer" : output.status.text()) +
                        (said.empty() ? "" : ": " + said));
    }
}

void reload_dnsmasq() {
    run({"/usr/bin/nmcli", "general", "reload", "dns-full"});
}

nlohmann::json set(Resolver resolver, const std::string& name, std::uint16_t port,
                   Context& context) {
    const auto bridge = own_bridge(context.netlink, name, context.caller);
    const auto addresses = net::addresses_of(context.netlink, bridge.index);
    if (addresses.empty()) {
        throw Error(ErrorKind::conflict, "bridge " + name + " has no address");
    }
    const std::vector<std::string> zones = vm_zones(addresses.front().subnet());
    if (resolver == Resolver::resolved) {
        for (const auto& command : resolved_commands(name, port, zones)) {
            run(command);
        }
    } else {
        os::write_file_atomic(dnsmasq_file(context.caller), dnsmasq_text(port, zones), 0644);
        reload_dnsmasq();
    }
    return nlohmann::json::object();
}

nlohmann::json unset(Resolver resolver, const std::string& name, Context& context) {
    bool existed = false;
    if (resolver == Resolver::resolved) {
        if (const auto link = net::find_link(context.netlink, name)) {
            require_own_bridge(*link, context.caller);
            run(resolved_revert(name));
            existed = true;
        } // with a link resolved forgets all about it
    } else if (dnsmasq_file_exists(context.caller)) {
        if (::unlink(dnsmasq_file(context.caller).c_str()) != 0) {
            throw os::errno_error("remove " + dnsmasq_file(context.caller));
        }
        reload_dnsmasq();
        existed = true;
    }
    return {{"existed", existed}};
}

} // namespace

Action parse_resolver_set(Arguments& arguments) {
    const Resolver resolver = parse_resolver(arguments.word("resolver"));
    std::string bridge = arguments.bridge("bridge");
    const auto port = static_cast<std::uint16_t>(arguments.number("port", 1024, 65535));
    return [resolver, bridge = std::move(bridge), port](Context& context) {
        return set(resolver, bridge, port, context);
    };
}

Action parse_resolver_unset(Arguments& arguments) {
    const Resolver resolver = parse_resolver(arguments.word("resolver"));
    std::string bridge = arguments.bridge("bridge");
    return [resolver, bridge = std::move(bridge)](Context& context) {
        return unset(resolver, bridge, context);
    };
}

} // namespace banger::privileged
