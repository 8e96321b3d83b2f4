#include "other_firewalls.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace nat {

using banger::Call;
using banger::view;
using nlohmann::json;

namespace {

constexpr std::string_view agreement = "firewalls"; ///< key: the user agreed
/// Key: rules of ours may be in tables of others; "firewalld": that one may have been told, too.
constexpr std::string_view opened = "firewalls-opened";

std::string bridge_of(banger::Host host, Call& call) {
    return std::string(view(banger::NetworkInfo(host).network(call).bridge));
}

/// What of its text is told: that of all, or of those at one hook.
std::string names(const json& filters, std::string_view hook = {}) {
    std::string text;
    for (const json& filter : filters) {
        if (hook.empty() || filter.at("hook") == hook) {
            text += (text.empty() ? "" : ", ") + filter.at("text").get<std::string>();
        }
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

/// Is it one that the helper changes?
bool is_repairable(const json& filter) {
    return filter.at("kind") == "nft" || filter.at("kind") == "firewalld";
}

bool trusts(const json& filters, bool trusted) {
    return std::any_of(filters.begin(), filters.end(), [&](const json& filter) {
        return filter.at("kind") == "firewalld" && filter.at("lets_pass") == trusted;
    });
}

void append(std::string& list, const char* between, const std::string& text) {
    list += (list.empty() ? "" : between) + text;
}

} // namespace

std::vector<std::string> commands_for(const json& filter, const std::string& bridge) {
    if (filter.at("kind") == "firewalld") {
        return {"firewall-cmd --zone=trusted --add-interface=" + bridge};
    }
    const std::string text = filter.at("text");
    const std::string place = filter.at("place");
    const bool legacy = filter.at("kind") == "legacy";
    const bool iptables = legacy || text == "ip filter FORWARD" || text == "ip filter INPUT";
    const std::string table = text.substr(0, text.rfind(' '));
    std::vector<std::string> commands;
    for (const json& lack : filter.at("lacks")) {
        const std::string key = lack;
        if (iptables) {
            commands.push_back((legacy ? "iptables-legacy -I " : "iptables -I ") + place +
                               (key == "iifname" ? " -i " : " -o ") + bridge + " -j ACCEPT");
        } else {
            commands.push_back("nft insert rule " + table + " " + place + " meta " + key + " " +
                               bridge + " accept");
        }
    }
    return commands;
}

json OtherFirewalls::run(Call& call, std::string_view verb, const json& arguments) const {
    return json::parse(banger::Privileged(host_).run(call, verb, arguments.dump()));
}

json OtherFirewalls::show(Call& call) const {
    const std::string bridge = bridge_of(host_, call);
    json shown = run(call, "forward-show", {{"bridge", bridge}});
    if (trusts(shown.at("filters"), true) &&
        banger::Kv(host_).find(call, opened) == std::string("firewalld")) {
        shown["trusted"] = bridge;
    }
    return shown;
}

bool OtherFirewalls::agreed(Call& call) const {
    return banger::Kv(host_).find(call, agreement).has_value();
}

json OtherFirewalls::check(Call& call) {
    const std::string bridge = bridge_of(host_, call);
    const json shown = show(call);
    const json& filters = shown.at("filters");
    const json stopping = select(filters, false);
    const std::string unread = shown.at("unread");
    if (stopping.empty()) {
        json check{{"severity", "ok"}, {"title", "no other firewall stops what VMs send"}};
        std::string cause;
        if (agreed(call)) {
            check["title"] = "other firewalls let VMs through, as agreed";
            cause = names(filters) + " (banger x nat firewalls --close takes that back)";
        }
        if (!unread.empty()) {
            append(cause, "; ", "tables of iptables-legacy are there, and not known: " + unread);
        }
        if (!cause.empty()) {
            check["cause"] = cause;
        }
        return check;
    }
    json repair = json::array();
    std::string commands;
    bool by_hand = false;
    for (const json& filter : stopping) {
        by_hand = by_hand || !is_repairable(filter);
        for (const std::string& command : commands_for(filter, bridge)) {
            append(commands, "; ", "sudo " + command);
            if (is_repairable(filter)) {
                repair.push_back(command);
            }
        }
    }
    std::string cause;
    const std::string at_forward = names(stopping, "forward");
    const std::string at_input = names(stopping, "input");
    if (!at_forward.empty()) {
        append(cause, "; ", "forwarded packets are dropped by: " + at_forward);
    }
    if (!at_input.empty()) {
        append(cause, "; ", "packets to this machine, also for names, are dropped by: " + at_input);
    }
    json check{{"severity", "warning"},
               {"title", at_forward.empty() ? "another firewall stops what VMs ask this machine"
                                            : "another firewall stops what VMs send and get"},
               {"cause", std::move(cause)},
               {"fix", (repair.empty() ? "by hand: "
                        : by_hand      ? "banger doctor --fix, which leaves some; by hand all: "
                                       : "banger doctor --fix, or by hand: ") +
                           commands}};
    if (!repair.empty()) {
        repair.push_back("(while a VM runs; banger x nat firewalls --close takes it back)");
        check["repair"] = std::move(repair);
    }
    return check;
}

void OtherFirewalls::open(Call& call) {
    const banger::Kv kv(host_);
    const json stopping = select(show(call).at("filters"), false);
    if (std::any_of(stopping.begin(), stopping.end(), is_repairable)) {
        // Before: a daemon that dies in between takes back what may have been done.
        if (trusts(stopping, false)) {
            kv.set(call, opened, "firewalld");
        } else if (!kv.find(call, opened)) {
            kv.set(call, opened, "rules");
        }
        run(call, "forward-open", {{"tag", tag_}, {"bridge", bridge_of(host_, call)}});
    }
    open_ = true;
}

void OtherFirewalls::take_back(Call& call, const std::string& tag) {
    const banger::Kv kv(host_);
    const bool firewalld = tag == tag_ && kv.find(call, opened) == std::string("firewalld");
    run(call, "forward-close",
        {{"tag", tag}, {"bridge", bridge_of(host_, call)}, {"firewalld", firewalld}});
    if (tag == tag_) {
        kv.remove(call, opened);
        open_ = false;
    }
}

void OtherFirewalls::close(Call& call, const std::string& tag) {
    const std::lock_guard lock(mutex_);
    take_back(call, tag);
}

void OtherFirewalls::look_again() {
    const std::lock_guard lock(mutex_);
    open_ = false;
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
        take_back(call, tag_);
    }
}

void OtherFirewalls::settle(Call& call, bool vm_runs) {
    const std::lock_guard lock(mutex_);
    const banger::Kv kv(host_);
    try {
        if (vm_runs && !open_ && kv.find(call, agreement)) {
            open(call);
        } else if (!vm_runs && kv.find(call, opened)) {
            take_back(call, tag_);
        }
    } catch (const banger::Error& error) {
        call.warning(std::string("filters of others are not as agreed: ") + error.what());
    }
}

} // namespace nat
