#include "privileged/resolver.hpp"
#include "net/link.hpp"
#include "net/netlink.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "privileged/arguments.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verbs/verbs.hpp"

#include <cerrno>
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

constexpr const char* nmcli = "/usr/bin/nmcli";

void reload_dnsmasq() {
    run({nmcli, "general", "reload", "dns-full"});
}

struct Request {
    Resolver resolver;
    std::string tag;
    std::string bridge;
};

Request parse(Arguments& arguments) {
    Request request{parse_resolver(arguments.word("resolver")), arguments.tag("tag"),
                    arguments.bridge("bridge")};
    if (request.tag.empty()) {
        throw Error(ErrorKind::invalid, "argument \"tag\" is missing");
    }
    return request;
}

nlohmann::json set(const Request& request, std::uint16_t port, Context& context) {
    const auto bridge = own_bridge(context.netlink, request.bridge, context.caller);
    const auto addresses = net::addresses_of(context.netlink, bridge.index);
    if (addresses.empty()) {
        throw Error(ErrorKind::conflict, "bridge " + request.bridge + " has no address");
    }
    const std::vector<std::string> zones = vm_zones(addresses.front().subnet());
    if (request.resolver == Resolver::resolved) {
        for (const auto& command : resolved_commands(request.bridge, port, zones)) {
            run(command);
        }
    } else {
        os::write_file_atomic(dnsmasq_file(context.caller, request.tag), dnsmasq_text(port, zones),
                              0644);
        reload_dnsmasq();
    }
    return nlohmann::json::object();
}

bool remove_file(const std::string& file) {
    if (::unlink(file.c_str()) == 0) {
        return true;
    }
    if (errno != ENOENT && errno != ENOTDIR) {
        throw os::errno_error("remove " + file);
    }
    return false;
}

nlohmann::json unset(const Request& request, Context& context) {
    bool existed = false;
    if (request.resolver == Resolver::resolved) {
        if (const auto link = net::find_link(context.netlink, request.bridge)) {
            require_own_bridge(*link, context.caller);
            run(resolved_revert(request.bridge));
            existed = true;
        } // what resolved knows of a link ends with the link
    } else {
        existed = remove_file(dnsmasq_file(context.caller, request.tag));
        // Also without a file: an earlier call may have removed it and then not been heard.
        if (::access(nmcli, X_OK) == 0) {
            reload_dnsmasq();
        }
    }
    return {{"existed", existed}};
}

} // namespace

Action parse_resolver_set(Arguments& arguments) {
    const Request request = parse(arguments);
    const auto port = static_cast<std::uint16_t>(arguments.number("port", 1024, 65535));
    return [request, port](Context& context) { return set(request, port, context); };
}

Action parse_resolver_unset(Arguments& arguments) {
    return [request = parse(arguments)](Context& context) { return unset(request, context); };
}

} // namespace banger::privileged
