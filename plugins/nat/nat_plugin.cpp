#include "config.hpp"
#include "footprint.hpp"
#include "host_filter.hpp"
#include "listeners.hpp"
#include "name_cache.hpp"
#include "name_look_ups.hpp"
#include "other_firewalls.hpp"
#include "own_address.hpp"
#include "published.hpp"
#include "rule_set.hpp"
#include "rules_check.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include <net/if.h>
#include <nlohmann/json.hpp>

namespace nat {
namespace {

using banger::Call;
using banger::Error;
using banger::Host;
using banger::view;
using banger::Vm;
using nlohmann::json;

constexpr std::string_view table_kept = "table"; ///< key: the host has, or may have, our table

std::vector<Port> ports_of(const json& options) {
    std::vector<Port> ports;
    for (const json& text : options.value("publish", json::array())) {
        ports.push_back(Port::parse(text.get<std::string>()));
        for (std::size_t i = 0; i + 1 < ports.size(); ++i) {
            if (ports[i].clashes(ports.back())) {
                throw Error(BANGER_E_INVALID,
                            "--publish: " + ports[i].text() + " and " + ports.back().text() +
                                " are the same port",
                            "a port of this machine leads to one port of one VM: give each its "
                            "own, such as 8080:80 and 8081:81");
            }
        }
    }
    return ports;
}

bool is_in(const std::vector<Port>& ports, const Port& port) {
    return std::find(ports.begin(), ports.end(), port) != ports.end();
}

bool is_strange(const Port& port) {
    return !port.host.empty() && !is_own_address(port.host);
}

/// Only when they are asked for: an address that goes later takes nothing from the VM, and nobody
/// who changes something else is held up by it.
void refuse_strange(const std::vector<Port>& wanted, const std::vector<Port>& held) {
    for (const Port& port : wanted) {
        if (!is_in(held, port) && is_strange(port)) {
            throw Error(BANGER_E_INVALID,
                        "--publish: '" + port.text() + "': this machine has no address " +
                            port.host,
                        "it has " + own_addresses() + "; without an address, all are meant");
        }
    }
}

void refuse_taken(const std::vector<Port>& wanted, const std::vector<Port>& held) {
    for (const Port& port : wanted) {
        if (is_in(held, port)) {
            continue;
        }
        if (const auto owner = listener(port)) {
            throw Error(BANGER_E_CONFLICT,
                        "port " + std::to_string(port.port) + "/" + port.protocol +
                            " of this machine is in use by " + *owner,
                        "choose another one, such as " + port.instead());
        }
    }
}

} // namespace

class Nat {
  public:
    static constexpr const char* id = "nat";
    static constexpr const char* name = "NAT";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* license = "MIT";
    static constexpr const char* summary = "Lets VMs reach the world, and the world their ports";
    static constexpr const char* config_schema = nat::config_schema;
    static constexpr std::uint32_t hook_timeout_ms = 30000;
    static constexpr bool concurrent = true;
    static constexpr const char* const required[] = {BANGER_EXT_NETWORK_INFO, BANGER_EXT_PRIVILEGED,
                                                     BANGER_EXT_THREAD,       BANGER_EXT_KV,
                                                     BANGER_EXT_EVENTS,       nullptr};
    static constexpr const char* const* requires_ext = required;
    static constexpr const char* const later[] = {"tap-pool", nullptr};
    static constexpr const char* const* after = later; ///< the bridge is there when we need it

    Nat(Host host, Call&, std::string_view config)
        : host_(host), config_(read_config(config)), tag_(banger::tag_of(host.state_dir())),
          firewalls_(host, tag_) {}

    // ---- options of a VM ----
    static constexpr banger_option options[] = {
        banger::option(
            "nat", "nat",
            R"({"type": "boolean", "description": "reach the network beyond this machine, as --egress says"})",
            BANGER_OPTION_LIVE),
        banger::option("egress", "egress",
                       R"({"type": "string", "maxLength": 4096, "default": "open",
                           "description": "what --nat may reach: open, none, or allow=NETWORK,ADDRESS,NAME,..."})",
                       BANGER_OPTION_LIVE),
        banger::option(
            "publish", "publish",
            R"({"type": "array", "items": {"type": "string"}, "maxItems": 64, "default": [], "x-short-flag": "p",
                           "description": "[ADDRESS:]HOST_PORT:VM_PORT[/udp], may be repeated"})",
            BANGER_OPTION_LIVE)};
    void validate_options(Call&, std::string_view options_json) {
        const json given = json::parse(options_json);
        (void)Egress::parse(given.value("egress", "open"));
        (void)ports_of(given);
    }
    void options_available(Call&, const Vm& vm, std::string_view options_json) {
        const std::vector<Port> ports = ports_of(json::parse(options_json));
        const std::string vm_id(vm.id());
        const auto before = rules_.find(vm_id);
        const std::vector<Port> held = before ? before->ports : std::vector<Port>();
        if (vm_id.empty() || vm.runs()) { // a start goes on without an address that went
            refuse_strange(ports, held);
        }
        rules_.refuse_clash(vm_id, ports);
        refuse_taken(ports, held);
    }
    void option_changed(Call& call, const Vm& vm, std::string_view, std::string_view after_json) {
        VmRules rules = read(call, vm, json::parse(after_json));
        const auto before = rules_.find(std::string(vm.id()));
        const std::vector<Port> held = before ? before->ports : std::vector<Port>();
        refuse_strange(rules.ports, held);
        refuse_taken(rules.ports, held);
        rules_.put(std::string(vm.id()), std::move(rules));
        settle(call);
    }
    void option_undo(Call& call, const Vm& vm, std::string_view before_json, std::string_view,
                     std::uint32_t) {
        rules_.put(std::string(vm.id()), read(call, vm, json::parse(before_json)));
        settle(call);
    }

    // ---- the life of a VM ----
    void before_create(Call&, const Vm& vm) { refuse_strange(ports_of(options_of(vm)), {}); }
    /// Ports are taken before anything runs; the filter is changed while the guest boots.
    void before_start(Call& call, const Vm& vm) {
        VmRules rules = read(call, vm, options_of(vm));
        for (const Port& port : rules.ports) {
            if (is_strange(port)) {
                call.warning("--publish " + port.text() + ": this machine has no address " +
                             port.host + " now");
            }
        }
        refuse_taken(rules.ports, {});
        rules_.put(std::string(vm.id()), std::move(rules));
    }
    void after_start(Call& call, const Vm&) {
        firewalls_.look_again();
        settle(call);
    }
    void after_stop(Call& call, const Vm& vm) { drop(call, vm); }
    void after_delete(Call& call, const Vm& vm) { drop(call, vm); }
    void undo(Call& call, const Vm& vm, std::uint32_t, std::uint32_t) { drop(call, vm); }
    void reconcile(Call& call, const Vm& vm) {
        if (!vm.runs()) {
            rules_.erase(std::string(vm.id()));
            return;
        }
        VmRules rules = read(call, vm, options_of(vm));
        try {
            rules_.put(std::string(vm.id()), rules);
        } catch (const Error& error) { // it ran with them before; the other one came first
            call.warning(error.what());
            rules.ports.clear();
            rules_.put(std::string(vm.id()), std::move(rules));
        }
    }

    // ---- the daemon ----
    void on_start(Call&) {
        look_ups_.emplace(host_, names_, std::chrono::seconds(config_.refresh_s), look_up,
                          [this](Call& call, bool changed) { resettle(call, changed); });
        found_.emplace(host_, "plugin.dns.names.found",
                       [this](Call& call, std::string_view event) { learn(call, event); });
    }
    void reconcile_all(Call& call) {
        if (!rules_.all().empty() || banger::Kv(host_).find(call, table_kept)) {
            settle(call);
        }
    }

    /// No VM has rules any more; those of the host go.
    void leave(Call& call) { settle(call); }

    // ---- what it holds on the host ----
    void list(Call& call, const Vm& vm) {
        const banger_vm_address* address = banger::NetworkInfo(host_).find(call, vm.id());
        if (address != nullptr && banger::Kv(host_).find(call, table_kept)) {
            emit(call, table_objects(filter(call).show(), rules_.all(), table_name(call),
                                     std::string(view(address->address))));
        }
    }
    void list_all(Call& call) {
        emit(call, table_objects(filter(call).show(), rules_.all(), table_name(call), {}));
        emit(call, pass_rule_objects(firewalls_.show(call), tag_,
                                     any_runs(call) && firewalls_.agreed(call)));
    }
    void release(Call& call, std::string_view object_json) {
        const json object = json::parse(object_json);
        if (object.at("kind") == "nft-rule" || object.at("kind") == "firewalld-interface") {
            firewalls_.close(call, object.at("tag"));
            firewalls_.settle(call, any_runs(call));
            return;
        }
        if (object.at("kind") == "nft-table" && object.at("name") != table_name(call)) {
            filter(call).remove_table(object.at("tag"));
            return;
        }
        rules_.touch(); // what no VM explains is gone when the filter is made anew
        settle(call);
    }

    // ---- when asked ----
    void ls(Call& call, std::string_view) {
        json rows = json::array();
        for (const auto& [vm, rules] : rules_.all()) {
            json ports = json::array();
            for (const Port& port : rules.ports) {
                ports.push_back(port.text());
            }
            rows.push_back({{"vm", rules.name},
                            {"address", rules.address},
                            {"nat", rules.nat},
                            {"egress", egress_text(rules)},
                            {"ports", std::move(ports)}});
        }
        call.emit_json(rows.dump());
    }
    void ports(Call& call, std::string_view args_json) {
        const json args = json::parse(args_json);
        const auto vms = args.value("vms", std::vector<std::string>());
        call.emit_json(published_rows(rules_.all(), vms).dump());
    }
    void state(Call& call, std::string_view) {
        std::size_t with_nat = 0;
        std::size_t published = 0;
        for (const auto& [vm, rules] : rules_.all()) {
            with_nat += rules.nat ? 1 : 0;
            published += rules.ports.size();
        }
        const auto count = [](std::size_t number, const char* what) {
            return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
        };
        call.emit_json(
            json{{"title", "NAT"},
                 {"value", count(with_nat, "VM") + ", " + count(published, "published port")}}
                .dump());
    }
    void check_rules(Call& call, std::string_view args);
    void check_names(Call& call, std::string_view args);
    void check_firewalls(Call& call, std::string_view args);
    void firewalls(Call& call, std::string_view args);

    static constexpr banger_action cli[] = {
        banger::action<&Nat::ls>("ls", "what each running VM may reach"),
        banger::action<&Nat::ports>(
            "ports", "ports of this machine that lead into VMs",
            R"({"properties": {"vms": {"type": "array", "items": {"type": "string"},
                "description": "names of VMs; none: all that run"}}})",
            nullptr, "vm ports", BANGER_ACTION_REPEATABLE),
        banger::action<&Nat::firewalls>(
            "firewalls", "filters of others that VMs' packets meet, and whether they pass",
            R"({"properties": {"close": {"type": "boolean",
                "description": "take back what banger doctor --fix agreed with them"}}})")};
    static constexpr banger_action status[] = {
        banger::action<&Nat::state>("nat", "VMs with NAT, published ports")};
    static constexpr banger_action doctor[] = {
        banger::action<&Nat::check_rules>("rules", "VMs reach what --nat and --publish say",
                                          banger::repair_args),
        banger::action<&Nat::check_names>("names", "names of --egress have addresses"),
        banger::action<&Nat::check_firewalls>("firewalls", "no other firewall stops what VMs send",
                                              banger::repair_args)};

  private:
    HostFilter filter(Call& call) const { return {host_, call, config_, tag_}; }

    static json options_of(const Vm& vm) {
        const json spec = json::parse(vm.spec_json());
        const auto all = spec.find("options");
        return all != spec.end() && all->is_object() ? all->value(id, json::object())
                                                     : json::object();
    }

    VmRules read(Call& call, const Vm& vm, const json& given) const {
        const banger_vm_address* address = banger::NetworkInfo(host_).find(call, vm.id());
        if (address == nullptr) {
            throw Error(BANGER_E_NOT_FOUND, "VM " + std::string(vm.name()) + " has no address");
        }
        VmRules rules;
        rules.name = std::string(vm.name());
        rules.address = std::string(view(address->address));
        rules.nat = given.value("nat", config_.by_default);
        rules.egress = Egress::parse(given.value("egress", "open"));
        rules.ports = ports_of(given);
        return rules;
    }

    /// Makes the host as rules_ says. The note that there may be a table is written first and
    /// taken back last, so a daemon that dies in between looks again.
    void settle(Call& call) {
        watch(call);
        rules_.settle([&](const RuleSet::Rules& rules) {
            const banger::Kv kv(host_);
            const bool wanted = !rules.empty() && has_bridge(call);
            firewalls_.settle(call, wanted);
            if (!wanted && !kv.find(call, table_kept)) {
                return;
            }
            kv.set(call, table_kept, "1");
            filter(call).apply(wanted ? rules : RuleSet::Rules(), names_);
            if (!wanted) {
                kv.remove(call, table_kept);
            }
        });
    }
    /// Where no plugin makes a bridge, no VM has a network and there is nothing to filter.
    bool has_bridge(Call& call) const {
        const std::string bridge(view(banger::NetworkInfo(host_).network(call).bridge));
        return if_nametoindex(bridge.c_str()) != 0;
    }
    bool any_runs(Call& call) const { return !rules_.all().empty() && has_bridge(call); }
    void drop(Call& call, const Vm& vm) {
        rules_.erase(std::string(vm.id()));
        settle(call);
    }
    /// Addresses of names are others, or a settle() failed that nobody waits for any more.
    void resettle(Call& call, bool changed) {
        if (changed) {
            rules_.touch();
        }
        settle(call);
    }
    /// Tells the dns plugin for which names a guest is to get no address before we know it.
    void watch(Call& call) {
        const std::lock_guard lock(watching_);
        const std::set<std::string> names = rules_.names();
        if (names == watched_) {
            return;
        }
        names_.keep(names);
        if (look_ups_) {
            look_ups_->names_changed();
        }
        watched_ = names;
        if (!banger::publish(host_, "names.watched", json{{"names", names}}.dump())) {
            call.warning("the VMs' lists of --egress allow= have too many names: addresses of new "
                         "ones are open only after a look-up");
        }
    }
    /// What a resolver said to a guest: round-robin names give another address each time.
    void learn(Call& call, std::string_view event_json) {
        const json event = json::parse(event_json);
        const auto tell = [&] { // too short to be refused
            (void)banger::publish(host_, "names.learned",
                                  json{{"number", event.at("number")}}.dump());
        };
        try {
            resettle(call, names_.learn(event.at("name"), event.at("addresses")));
        } catch (...) {
            tell(); // the guest gets its address all the same
            throw;
        }
        tell();
    }

    static std::string egress_text(const VmRules& rules) {
        if (!rules.nat || rules.egress.open) {
            return rules.nat ? "open" : "none";
        }
        std::string text;
        for (const auto* list : {&rules.egress.networks, &rules.egress.names}) {
            for (const std::string& item : *list) {
                text += (text.empty() ? "allow=" : ",") + item;
            }
        }
        return text.empty() ? "none" : text;
    }

    std::string table_name(Call& call) const {
        return "banger_" + std::to_string(banger::NetworkInfo(host_).network(call).owner_uid) +
               "_" + tag_;
    }

    static void emit(Call& call, const std::vector<json>& objects) {
        for (const json& object : objects) {
            call.emit_json(object.dump());
        }
    }

    Host host_;
    Config config_;
    std::string tag_;
    RuleSet rules_;
    NameCache names_;
    OtherFirewalls firewalls_;
    std::mutex watching_;
    std::set<std::string> watched_; ///< as published
    std::optional<banger::Subscription> found_;
    std::optional<NameLookUps> look_ups_; ///< these last: they end before what they use
};

void Nat::check_rules(Call& call, std::string_view args) {
    if (json::parse(args).value("repair", false)) {
        rules_.touch();
        settle(call);
    }
    const RuleSet::Rules wanted = any_runs(call) ? rules_.all() : RuleSet::Rules();
    const std::string lacks =
        wanted.empty() ? "" : lacking(filter(call).show(), wanted, table_name(call));
    call.emit_json(nat::check_rules(lacks).dump());
}

void Nat::check_names(Call& call, std::string_view) {
    call.emit_json(nat::check_names(names_.without_address(), rules_.all()).dump());
}

void Nat::check_firewalls(Call& call, std::string_view args) {
    if (json::parse(args).value("repair", false)) {
        firewalls_.agree(call, any_runs(call));
    }
    json check = firewalls_.check(call);
    if (firewalls_.agreed(call) && check.contains("repair") && !any_runs(call)) {
        check = {{"severity", "ok"},
                 {"title", "other firewalls will let VMs through while one runs, as agreed"}};
    }
    call.emit_json(check.dump());
}

void Nat::firewalls(Call& call, std::string_view args) {
    if (json::parse(args).value("close", false)) {
        firewalls_.disagree(call);
    }
    json rows = json::array();
    const json found = firewalls_.show(call);
    for (const json& filter : found.at("filters")) {
        rows.push_back({{"filter", filter.at("text")},
                        {"vms", filter.at("lets_pass") == true ? "pass" : "stopped"}});
    }
    call.emit_json(rows.dump());
}

} // namespace nat

BANGER_PLUGIN(nat::Nat)
