#include "other_firewalls.hpp"

#include <nlohmann/json.hpp>

namespace nat {

using banger::Call;
using banger::view;
using nlohmann::json;

namespace {

constexpr std::string_view agreement = "firewalls"; ///< key: the user agreed
/// Key: rules of ours may be in tables of others; "firewalld": that one was told, too.
constexpr std::string_view opened = "firewalls-opened";

std::string bridge_of(banger::Host host, Call& call) {
    return std::string(view(banger::NetworkInfo(host).network(call).bridge));
}

/// Of those that stop something.
std::string names(const json& filters) {
    std::string text;
    for (const json& filter : filters) {
        text += (text.empty() ? "" : ", ") + filter.at("text").get<std::string>();
    }
    return text;
}

json select(const json& filters, bool lets_pass) {
    json some = json::array();
    for (const json& filter : filters) {
        if (filter.at("lets_pass") == lets_pass) {
            some.push_back(filter);
        }
    }
    return some;
}

} // namespace

std::vector<std::string> commands_for(const json& filter, const std::string& bridge) {
    if (filter.at("kind") == "firewalld") {
        return {"firewall-cmd --zone=trusted --add-interface=" + bridge};
    }
    const std::string text = filter.at("text");
    const std::string place = filter.at("place");
    if (filter.at("kind") == "legacy" || text == "ip filter FORWARD") {
        const std::string program =
            filter.at("kind") == "legacy" ? "iptables-legacy -I " : "iptables -I ";
        return {program + place + " -i " + bridge + " -j ACCEPT",
                program + place + " -o " + bridge + " -j ACCEPT"};
    }
    const std::string table = text.substr(0, text.rfind(' '));
    return {"nft insert rule " + table + " " + place + " iifname " + bridge + " accept",
            "nft insert rule " + table + " " + place + " oifname " + bridge + " accept"};
}

json OtherFirewalls::run(Call& call, std::string_view verb, const json& arguments) const {
    return json::parse(banger::Privileged(host_).run(call, verb, arguments.dump()));
}

json OtherFirewalls::show(Call& call) const {
    return run(call, "forward-show", {{"bridge", bridge_of(host_, call)}});
}

bool OtherFirewalls::agreed(Call& call) const {
    return banger::Kv(host_).find(call, agreement).has_value();
}

json OtherFirewalls::check(Call& call) {
    const std::string bridge = bridge_of(host_, call);
    const json filters = show(call).at("filters");
    const json stopping = select(filters, false);
    if (stopping.empty()) {
        json check{{"severity", "ok"}, {"title", "no other firewall stops what VMs send"}};
        if (agreed(call)) {
            check["title"] = "other firewalls let VMs through, as agreed";
            check["cause"] = names(filters) + " (banger x nat firewalls --close takes that back)";
        }
        return check;
    }
    json repair = json::array();
    std::string by_hand;
    bool legacy = false;
    for (const json& filter : stopping) {
        legacy = legacy || filter.at("kind") == "legacy";
        for (const std::string& command : commands_for(filter, bridge)) {
            by_hand += (by_hand.empty() ? "sudo " : "; sudo ") + command;
            if (filter.at("kind") != "legacy") {
                repair.push_back(command);
            }
        }
    }
    json check{{"severity", "warning"},
               {"title", "another firewall stops what VMs send and get"},
               {"cause", "forwarded packets are dropped by: " + names(stopping)},
               {"fix", (legacy ? "" : "banger doctor --fix, or by hand: ") + by_hand}};
    if (!repair.empty()) {
        repair.push_back("(while a VM runs; banger x nat firewalls --close takes it back)");
        check["repair"] = std::move(repair);
    }
    return check;
}

void OtherFirewalls::open(Call& call) {
    const banger::Kv kv(host_);
    if (!kv.find(call, opened)) {
        kv.set(call, opened, "rules");
    }
    const json done =
        run(call, "forward-open", {{"tag", tag_}, {"bridge", bridge_of(host_, call)}});
    if (done.at("firewalld") == true) {
        kv.set(call, opened, "firewalld");
    }
    open_ = true;
}

void OtherFirewalls::close(Call& call, const std::string& tag) {
    const banger::Kv kv(host_);
    const bool firewalld = tag == tag_ && kv.find(call, opened) == "firewalld";
    run(call, "forward-close",
        {{"tag", tag}, {"bridge", bridge_of(host_, call)}, {"firewalld", firewalld}});
    if (tag == tag_) {
        kv.remove(call, opened);
        open_ = false;
    }
}

void OtherFirewalls::agree(Call& call, bool vm_runs) {
    const std::lock_guard lock(mutex_);
    banger::Kv(host_).set(call, agreement, "1");
    if (vm_runs) {
        open(call);
    }
}

void OtherFirewalls::disagree(Call& call) {
    const std::lock_guard lock(mutex_);
    const banger::Kv kv(host_);
    kv.remove(call, agreement);
    if (kv.find(call, opened)) {
        close(call, tag_);
    }
}

void OtherFirewalls::settle(Call& call, bool vm_runs) {
    const std::lock_guard lock(mutex_);
    const banger::Kv kv(host_);
    try {
        if (vm_runs && !open_ && kv.find(call, agreement)) {
            open(call);
        } else if (!vm_runs && kv.find(call, opened)) {
            close(call, tag_);
        }
    } catch (const banger::Error& error) {
        call.warning(std::string("filters of others are not as agreed: ") + error.what());
    }
}

} // namespace nat
