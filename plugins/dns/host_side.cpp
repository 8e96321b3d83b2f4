#include "host_side.hpp"

#include <iterator>
#include <sstream>
#include <utility>

#include <net/if.h>
#include <nlohmann/json.hpp>

namespace dns {

using banger::view;
using nlohmann::json;

namespace {

/// Key: the host has, or may have, something of ours. Its value: the resolvers that may have been
/// told, in words.
constexpr std::string_view kept = "host";

} // namespace

HostSide::HostSide(banger::Host host, HostResolver resolver)
    : host_(host), tag_(banger::tag_of(host.state_dir())), resolver_(resolver) {}

void HostSide::run(banger::Call& call, std::string_view verb, const json& arguments) const {
    (void)banger::Privileged(host_).run(call, verb, arguments.dump());
}

std::set<std::string> HostSide::resolvers(banger::Call& call) const {
    std::istringstream words{std::string(banger::Kv(host_).find(call, kept).value_or(""))};
    std::set<std::string> names{std::istream_iterator<std::string>(words), {}};
    names.erase(std::string(verb_name(HostResolver::none)));
    return names;
}

void HostSide::remember(banger::Call& call, const std::set<std::string>& resolvers) const {
    std::string words(verb_name(HostResolver::none));
    for (const std::string& resolver : resolvers) {
        words += " " + resolver;
    }
    banger::Kv(host_).set(call, kept, words);
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

void HostSide::renew(banger::Call& call, std::uint16_t port,
                     const std::function<bool()>& any_runs) {
    {
        const std::lock_guard lock(mutex_);
        applied_ = false;
    }
    settle(call, port, any_runs);
}

void HostSide::apply(banger::Call& call, std::uint16_t port) {
    const banger_network& network = banger::NetworkInfo(host_).network(call);
    std::set<std::string> told = resolvers(call);
    const std::string own(verb_name(resolver_));
    told.erase(own);
    told = unset(call, told); // an earlier daemon told another one
    told.insert(own);
    remember(call, told);
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
            {{"resolver", verb_name(resolver_)},
             {"tag", tag_},
             {"bridge", view(network.bridge)},
             {"port", port}});
    } catch (const banger::Error&) {
        // The text was recorded by the host for this call; the VM itself lacks nothing.
        objection = std::string(display_name(resolver_)) + " was not told: see bangerd.log";
        call.warning(objection);
    }
    note(objection.empty(), objection);
}

/// Returns those that did not listen, to be told again the next time.
std::set<std::string> HostSide::unset(banger::Call& call,
                                      const std::set<std::string>& resolvers) const {
    std::set<std::string> left;
    for (const std::string& resolver : resolvers) {
        try {
            unset(call, resolver, tag_);
        } catch (const banger::Error&) {
            // No reason to hold a VM that has ended.
            call.warning("the " + resolver + " resolver was not told that the names are gone");
            left.insert(resolver);
        }
    }
    return left;
}

void HostSide::unset(banger::Call& call, const std::string& resolver,
                     const std::string& tag) const {
    const std::string_view bridge = view(banger::NetworkInfo(host_).network(call).bridge);
    run(call, "resolver-unset", {{"resolver", resolver}, {"tag", tag}, {"bridge", bridge}});
}

void HostSide::take_back(banger::Call& call) {
    run(call, "dns-delete", {{"tag", tag_}});
    if (const auto left = unset(call, resolvers(call)); left.empty()) {
        banger::Kv(host_).remove(call, kept);
    } else {
        remember(call, left);
    }
    applied_ = false;
    note(false, {});
}

void HostSide::remove(banger::Call& call) {
    const std::lock_guard lock(mutex_);
    if (applied_ || banger::Kv(host_).find(call, kept)) {
        take_back(call);
    }
}

void HostSide::remove_table(banger::Call& call, const std::string& tag) {
    const std::lock_guard lock(mutex_);
    run(call, "dns-delete", {{"tag", tag}});
    applied_ = applied_ && tag != tag_;
}

void HostSide::remove_resolver(banger::Call& call, const std::string& resolver,
                               const std::string& tag) {
    const std::lock_guard lock(mutex_);
    unset(call, resolver, tag);
    if (tag != tag_) {
        return;
    }
    std::set<std::string> left = resolvers(call);
    left.erase(resolver);
    remember(call, left);
    applied_ = false;
    note(false, {});
}

json HostSide::show(banger::Call& call) const {
    return json::parse(banger::Privileged(host_).run(call, "dns-show", "{}"));
}

void HostSide::note(bool told, std::string objection) {
    const std::lock_guard lock(told_mutex_);
    told_ = told;
    objection_ = std::move(objection);
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
