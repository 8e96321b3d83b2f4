#include "host_taps.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <random>

#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>

namespace tap_pool {
namespace {

using banger::Error;
using banger::view;
using nlohmann::json;

struct FreeSocket {
    void operator()(nl_sock* socket) const noexcept { nl_socket_free(socket); }
};
struct PutLink {
    void operator()(rtnl_link* link) const noexcept { rtnl_link_put(link); }
};

} // namespace

std::string random_name(const std::string& tag) {
    thread_local std::mt19937_64 random{std::random_device{}()};
    return "bgr" + tag + banger::base36(random(), 12 - tag.size());
}

HostTaps::~HostTaps() = default;

HostTaps::HostTaps(banger::Host host, banger::Call& call, std::string tag)
    : host_(host), call_(call), tag_(std::move(tag)),
      network_(banger::NetworkInfo(host).network(call)) {}

json HostTaps::run(std::string_view verb, const json& args) {
    return json::parse(banger::Privileged(host_).run(call_, verb, args.dump()));
}

TapLook HostTaps::look(const std::string& name) {
    const std::unique_ptr<nl_sock, FreeSocket> socket(nl_socket_alloc());
    if (!socket || nl_connect(socket.get(), NETLINK_ROUTE) < 0) {
        throw Error(BANGER_E_UNAVAILABLE, "open a netlink socket");
    }
    rtnl_link* raw = nullptr;
    const int result = rtnl_link_get_kernel(socket.get(), 0, name.c_str(), &raw);
    const std::unique_ptr<rtnl_link, PutLink> link(raw);
    if (result == -NLE_NODEV || result == -NLE_OBJ_NOTFOUND) {
        return {};
    }
    if (result < 0) {
        throw Error(BANGER_E_INTERNAL, "look at tap " + name + ": " + nl_geterror(result));
    }
    const unsigned bridge = if_nametoindex(std::string(view(network_.bridge)).c_str());
    TapLook look;
    look.exists = true;
    look.in_use = rtnl_link_get_carrier(link.get()) != 0;
    look.attached = bridge != 0 &&
                    static_cast<unsigned>(rtnl_link_get_master(link.get())) == bridge &&
                    (rtnl_link_get_flags(link.get()) & static_cast<unsigned>(IFF_UP)) != 0;
    return look;
}

const json& HostTaps::links() {
    if (!links_) {
        links_ = std::make_unique<json>(run("links", json::object()).at("links"));
    }
    return *links_;
}

std::vector<Tap> HostTaps::list() {
    std::vector<Tap> taps;
    for (const json& link : links()) {
        if (link.at("kind") == "tap" && link.at("mine") == true) {
            const bool ours = link.at("bridge") == view(network_.bridge);
            taps.push_back({link.at("name"), ours ? std::string(view(network_.bridge)) : "",
                            link.at("tag"), link.at("in_use"), link.at("age_s")});
        }
    }
    return taps;
}

json HostTaps::bridge() {
    for (const json& link : links()) {
        if (link.at("name") == view(network_.bridge)) {
            return link;
        }
    }
    return nullptr;
}

void HostTaps::create(const std::vector<std::string>& names) {
    const std::string address =
        std::string(view(network_.gateway)) + "/" + std::to_string(network_.prefix_length);
    json steps = json::array();
    steps.push_back({{"verb", "bridge-ensure"},
                     {"args",
                      {{"bridge", view(network_.bridge)},
                       {"address", address},
                       {"mtu", network_.mtu},
                       {"tag", tag_}}}});
    for (const std::string& name : names) {
        steps.push_back({{"verb", "tap-create"},
                         {"args",
                          {{"tap", name},
                           {"bridge", view(network_.bridge)},
                           {"owner_uid", network_.owner_uid},
                           {"mtu", network_.mtu},
                           {"tag", tag_}}}});
    }
    links_.reset();
    run("batch", {{"steps", steps}});
}

/// Made by this banger, not by another one of the user.
bool HostTaps::is_ours(const json& link) const {
    return link.at("mine") == true && link.at("tag") == tag_;
}

bool HostTaps::may_delete_bridge(const std::vector<std::string>& without) {
    const json found = bridge();
    if (found.is_null() || found.at("kind") != "bridge" || found.at("mine") != true) {
        return false;
    }
    const json& all = links();
    return std::all_of(all.begin(), all.end(), [&](const json& link) {
        return link.at("bridge") != found.at("name") ||
               std::find(without.begin(), without.end(),
                         link.at("name").get_ref<const std::string&>()) != without.end();
    });
}

void HostTaps::remove(const std::vector<std::string>& names, bool bridge_too) {
    json steps = json::array();
    for (const std::string& name : names) {
        steps.push_back({{"verb", "tap-delete"}, {"args", {{"tap", name}}}});
    }
    if (bridge_too && may_delete_bridge(names)) {
        steps.push_back({{"verb", "bridge-delete"}, {"args", {{"bridge", view(network_.bridge)}}}});
    }
    if (!steps.empty()) {
        links_.reset();
        run("batch", {{"steps", steps}});
    }
}

void HostTaps::remove_bridge(const std::string& name) {
    links_.reset();
    run("bridge-delete", {{"bridge", name}});
}

/// Never one with a port that is somebody else's, or that a process has open.
std::vector<FormerBridge> HostTaps::former_bridges() {
    std::vector<FormerBridge> found;
    for (const json& link : links()) {
        if (link.at("kind") != "bridge" || !is_ours(link) ||
            link.at("name") == view(network_.bridge)) {
            continue;
        }
        FormerBridge former{link.at("name"), {}};
        bool free = true;
        for (const json& port : links()) {
            if (port.at("bridge") == link.at("name")) {
                free = free && port.at("kind") == "tap" && is_ours(port) && !port.at("in_use");
                former.taps.push_back(port.at("name"));
            }
        }
        if (free) {
            found.push_back(std::move(former));
        }
    }
    return found;
}

void HostTaps::remove_former_bridges() {
    try {
        json steps = json::array();
        for (const FormerBridge& former : former_bridges()) {
            for (const std::string& tap : former.taps) {
                steps.push_back({{"verb", "tap-delete"}, {"args", {{"tap", tap}}}});
            }
            steps.push_back({{"verb", "bridge-delete"}, {"args", {{"bridge", former.name}}}});
        }
        if (!steps.empty()) {
            links_.reset();
            run("batch", {{"steps", steps}});
        }
    } catch (const Error& error) {
        warn(std::string("a bridge that network.bridge named before stays: ") + error.what());
    }
}

void HostTaps::warn(const std::string& text) {
    call_.warning(text);
}

} // namespace tap_pool
