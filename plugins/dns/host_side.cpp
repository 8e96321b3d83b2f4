#include "host_side.hpp"

#include <net/if.h>
#include <nlohmann/json.hpp>

namespace dns {

using banger::view;
using nlohmann::json;

namespace {

/// Key: the host has, or may have, something of ours. Its value: the resolver that was told.
constexpr std::string_view kept = "host";

} // namespace

HostSide::HostSide(banger::Host host, bool integrate)
    : host_(host), tag_(banger::tag_of(host.state_dir())),
      resolver_(integrate ? find_host_resolver() : HostResolver::none) {}

void HostSide::run(banger::Call& call, std::string_view verb, const json& arguments) const {
    (void)banger::Privileged(host_).run(call, verb, arguments.dump());
}

void HostSide::settle(banger::Call& call, std::uint16_t port,
                      const std::function<bool()>& any_runs) {
    const std::lock_guard lock(mutex_);
    // Where no plugin makes a bridge no VM has a network, and nobody asks.
    const std::string bridge(view(banger::NetworkInfo(host_).network(call).bridge));
    const bool wanted = any_runs() && if_nametoindex(bridge.c_str()) != 0;
    if (wanted && !applied_) {
        apply(call, port);
    } else if (!wanted && (applied_ || banger::Kv(host_).find(call, kept))) {
        take_back(call);
    }
}

void HostSide::apply(banger::Call& call, std::uint16_t port) {
    const banger_network& network = banger::NetworkInfo(host_).network(call);
    const banger::Kv kv(host_);
    const auto before = kv.find(call, kept);
    if (!before || *before != verb_name(resolver_)) {
        if (before) { // another resolver was told by an earlier daemon
            take_back(call);
        }
        kv.set(call, kept, verb_name(resolver_));
    }
    run(call, "dns-apply",
        {{"tag", tag_},
         {"bridge", view(network.bridge)},
         {"address", view(network.gateway)},
         {"port", port}});
    applied_ = true;
    if (resolver_ == HostResolver::none) {
        return;
    }
    std::string objection;
    try {
        run(call, "resolver-set",
            {{"resolver", verb_name(resolver_)}, {"bridge", view(network.bridge)}, {"port", port}});
    } catch (const banger::Error&) {
        // The text was recorded by the host for this call; the VM itself lacks nothing.
        objection = std::string(display_name(resolver_)) + " was not told: see bangerd.log";
        call.warning(objection);
    }
    const std::lock_guard lock(told_mutex_);
    told_ = objection.empty();
    objection_ = objection;
}

void HostSide::take_back(banger::Call& call) {
    const banger::Kv kv(host_);
    const std::string told(kv.find(call, kept).value_or(verb_name(resolver_)));
    const std::string bridge(view(banger::NetworkInfo(host_).network(call).bridge));
    run(call, "dns-delete", {{"tag", tag_}});
    if (told != "none") {
        try {
            run(call, "resolver-unset", {{"resolver", told}, {"bridge", bridge}});
        } catch (const banger::Error&) {
            // No reason to hold a VM that has ended; what is left of it is in the footprint.
            call.warning("the " + told + " resolver was not told that the names are gone");
        }
    }
    kv.remove(call, kept);
    applied_ = false;
    const std::lock_guard lock(told_mutex_);
    told_ = false;
    objection_.clear();
}

void HostSide::remove(banger::Call& call) {
    const std::lock_guard lock(mutex_);
    if (applied_ || banger::Kv(host_).find(call, kept)) {
        take_back(call);
    }
}

void HostSide::remove_table(banger::Call& call, const std::string& tag) {
    run(call, "dns-delete", {{"tag", tag}});
}

json HostSide::show(banger::Call& call) const {
    return json::parse(banger::Privileged(host_).run(call, "dns-show", "{}"));
}

bool HostSide::told() const {
    const std::lock_guard lock(told_mutex_);
    return told_;
}

std::string HostSide::objection() const {
    const std::lock_guard lock(told_mutex_);
    return objection_;
}

} // namespace dns
