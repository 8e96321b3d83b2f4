#include "config.hpp"
#include "host_side.hpp"
#include "names.hpp"
#include "server.hpp"
#include "upstreams.hpp"
#include "wire_name.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

namespace dns {
namespace {

using banger::Call;
using banger::Error;
using banger::Host;
using banger::view;
using banger::Vm;
using nlohmann::json;

std::vector<std::string> aliases_of(const json& options) {
    return options.value("alias", std::vector<std::string>());
}

} // namespace

class Dns {
  public:
    static constexpr const char* id = "dns";
    static constexpr const char* name = "DNS";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* license = "MIT";
    static constexpr const char* summary = "Gives VMs names, and the world's names to VMs";
    static constexpr const char* config_schema = dns::config_schema;
    static constexpr std::uint32_t hook_timeout_ms = 30000;
    static constexpr bool concurrent = true;
    static constexpr const char* const required[] = {BANGER_EXT_NETWORK_INFO, BANGER_EXT_PRIVILEGED,
                                                     BANGER_EXT_VM_QUERY, BANGER_EXT_KV, nullptr};
    static constexpr const char* const* requires_ext = required;
    static constexpr const char* const later[] = {"tap-pool", nullptr};
    static constexpr const char* const* after = later; ///< the bridge is there when we need it

    Dns(Host host, Call&, std::string_view config)
        : host_(host), config_(read_config(config)),
          side_(host, config_.host_integration ? find_host_resolver() : HostResolver::none) {}

    // ---- the daemon ----
    void on_start(Call& call) {
        const banger_network& network = banger::NetworkInfo(host_).network(call);
        const std::string gateway(view(network.gateway));
        names_.emplace(std::string(view(network.domain)),
                       parse_network(std::string(view(network.subnet))), gateway);
        Server::Settings settings;
        settings.guests = parse_network(std::string(view(network.subnet)));
        settings.gateway = parse_address(gateway);
        settings.port = config_.port != 0 ? config_.port : preferred_port;
        settings.other_port = config_.port == 0;
        settings.upstreams.fixed = config_.upstreams;
        settings.forwards_per_second = config_.forwards_per_second;
        settings.forwards_burst = 2.0 * config_.forwards_per_second;
        server_.emplace(std::move(settings), [this] { return names_->zone(); });
        thread_.emplace(host_, "server", [this](Call& own) { server_->run(own.cancel_fd()); });
    }
    void reconcile_all(Call& call) {
        std::vector<std::string> made;
        for (const auto& [vm_id, vm] : lasting_vms(call)) {
            const VmNames names{
                vm.at("name"), vm.value("ip", ""), false,
                aliases_of(vm.value("options", json::object()).value(id, json::object()))};
            if (names.address.empty()) {
                continue;
            }
            keep(call, names, [&, vm_id = vm_id](const VmNames& each) {
                if (names_->put_if_absent(vm_id, each)) {
                    made.push_back(vm_id);
                }
            });
        }
        // One that was deleted meanwhile had its hooks before it got its names.
        const auto still = lasting_vms(call);
        for (const std::string& vm_id : made) {
            if (still.count(vm_id) == 0) {
                names_->erase(vm_id);
            }
        }
        settle(call);
    }
    void on_stop(Call& call) {
        const banger::Undo stop([this] { server_->stop(); }); // also when a verb fails
        side_.remove(call);
    }

    // ---- options of a VM ----
    static constexpr banger_option options[] = {banger::option(
        "alias", "dns-alias",
        R"({"type": "array", "items": {"type": "string", "maxLength": 250}, "maxItems": 64,
            "default": [], "description": "one more name below the domain, may be repeated"})",
        BANGER_OPTION_LIVE)};
    void validate_options(Call&, std::string_view options_json) {
        Names::check(aliases_of(json::parse(options_json)));
    }
    void option_changed(Call& call, const Vm& vm, std::string_view, std::string_view after_json) {
        put(call, vm, vm.runs(), aliases_of(json::parse(after_json)));
    }
    void option_undo(Call& call, const Vm& vm, std::string_view before_json, std::string_view,
                     std::uint32_t) {
        put(call, vm, vm.runs(), aliases_of(json::parse(before_json)));
    }

    // ---- the life of a VM ----
    void before_create(Call& call, const Vm& vm) { put(call, vm, false, aliases_of(vm)); }
    void before_start(Call& call, const Vm& vm) { put(call, vm, true, aliases_of(vm)); }
    void contribute(Call& call, const Vm& vm, banger::GuestConfig& guest) {
        if (banger::NetworkInfo(host_).find(call, vm.id()) == nullptr) {
            return;
        }
        const banger_network& network = banger::NetworkInfo(host_).network(call);
        const std::string gateway(view(network.gateway));
        std::string text =
            "search " + std::string(view(network.domain)) + "\nnameserver " + gateway + "\n";
        // While no daemon runs nobody listens here, and the guest asks as this machine does.
        // resolv.conf(5): the third is the last that counts.
        std::vector<std::string> others =
            for_guests(Upstreams({.fixed = config_.upstreams}, {gateway}).list());
        others.resize(std::min<std::size_t>(others.size(), 2));
        for (const std::string& other : others) {
            text += "nameserver " + other + "\n";
        }
        guest.file("/etc/resolv.conf", text);
    }
    void after_start(Call& call, const Vm&) { settle(call); }
    void after_stop(Call& call, const Vm& vm) { stopped(call, vm); }
    void after_delete(Call& call, const Vm& vm) {
        names_->erase(std::string(vm.id()));
        settle(call);
    }
    void undo(Call& call, const Vm& vm, std::uint32_t hook, std::uint32_t) {
        if (hook == BANGER_HOOK_BEFORE_CREATE) {
            names_->erase(std::string(vm.id()));
            settle(call);
        } else {
            stopped(call, vm);
        }
    }
    void reconcile(Call& call, const Vm& vm) {
        if (const auto names = read(call, vm, vm.runs(), aliases_of(vm))) {
            keep(call, *names,
                 [&](const VmNames& each) { names_->put(std::string(vm.id()), each); });
        }
    }

    // ---- what it holds on the host ----
    void list(Call& call, const Vm& vm) {
        const std::string vm_id(vm.id());
        if (const auto names = names_->find(vm_id)) {
            emit_names(call, vm_id, *names);
        }
    }
    void list_all(Call& call);
    void release(Call& call, std::string_view object_json);

    // ---- when asked ----
    void ls(Call& call, std::string_view);
    void state(Call& call, std::string_view);
    void line(Call& call, std::string_view);
    void check_server(Call& call, std::string_view);
    void check_host(Call& call, std::string_view);
    void check_upstreams(Call& call, std::string_view);

    static constexpr banger_action cli[] = {
        banger::action<&Dns::ls>("ls", "names and their addresses"),
        banger::action<&Dns::state>("status", "where it listens, whom it asks, what it did")};
    static constexpr banger_action status[] = {
        banger::action<&Dns::line>("dns", "port, names, resolver of this machine")};
    static constexpr banger_action doctor[] = {
        banger::action<&Dns::check_server>("server", "names of VMs are answered"),
        banger::action<&Dns::check_host>("host", "this machine asks for names of VMs"),
        banger::action<&Dns::check_upstreams>("upstreams", "other names are somebody's")};

  private:
    static std::vector<std::string> aliases_of(const Vm& vm) {
        const json spec = json::parse(vm.spec_json().empty() ? "{}" : vm.spec_json());
        const json all = spec.value("options", json::object());
        return dns::aliases_of(all.is_object() ? all.value(id, json::object()) : json::object());
    }
    static std::vector<std::string> aliases_of(const json& given) { return dns::aliases_of(given); }
    std::optional<VmNames> read(Call& call, const Vm& vm, bool running,
                                std::vector<std::string> aliases) const {
        const banger_vm_address* address = banger::NetworkInfo(host_).find(call, vm.id());
        if (address == nullptr) {
            return std::nullopt;
        }
        return VmNames{std::string(vm.name()), std::string(view(address->address)), running,
                       std::move(aliases)};
    }
    void put(Call& call, const Vm& vm, bool running, std::vector<std::string> aliases) {
        const auto names = read(call, vm, running, std::move(aliases));
        if (!names) {
            throw Error(BANGER_E_NOT_FOUND, "VM " + std::string(vm.name()) + " has no address");
        }
        names_->put(std::string(vm.id()), *names);
    }
    /// For VMs that exist whatever their names are: the name counts for more than the aliases.
    static void keep(Call& call, VmNames names, const std::function<void(const VmNames&)>& put) {
        for (const bool last : {false, true}) {
            try {
                put(names);
                return;
            } catch (const Error& error) {
                call.warning(error.what());
                names.aliases.clear();
            }
            if (last) {
                call.warning("VM " + names.name + " has no name in the DNS");
            }
        }
    }
    /// By id; without those whose own hooks come, or have just been.
    std::map<std::string, json> lasting_vms(Call& call) const {
        std::map<std::string, json> vms;
        for (json& vm : json::parse(banger::VmQuery(host_).list(call))) {
            const std::string state = vm.value("state", "");
            if (state != "creating" && state != "deleting") {
                vms[vm.at("id")] = std::move(vm);
            }
        }
        return vms;
    }
    bool is_known(Call& call, const std::string& vm_id) const {
        const json vms = json::parse(banger::VmQuery(host_).list(call));
        return std::any_of(vms.begin(), vms.end(),
                           [&](const json& vm) { return vm.at("id") == vm_id; });
    }
    void stopped(Call& call, const Vm& vm) {
        names_->set_stopped(std::string(vm.id()));
        settle(call);
    }
    void settle(Call& call) {
        side_.settle(call, server_->port(), [this] { return names_->any_running(); });
    }
    void emit_names(Call& call, const std::string& vm, const VmNames& names) const {
        const std::string address = names.running ? names.address : "no address: it is stopped";
        for (std::size_t i = 0; i <= names.aliases.size(); ++i) {
            const std::string& label = i == 0 ? names.name : names.aliases[i - 1];
            call.emit_json(json{
                {"kind", "dns-name"},
                {"name", label + "." + names_->domain()},
                {"vm", vm},
                {"state", "in-use"},
                {"detail",
                 address}}.dump());
        }
    }

    Host host_;
    Config config_;
    HostSide side_;
    std::optional<Names> names_;
    std::optional<Server> server_;
    std::optional<banger::Thread> thread_; ///< last: it ends before what it serves
};

void Dns::list_all(Call& call) {
    for (const auto& [vm, names] : names_->all()) {
        emit_names(call, vm, names);
    }
    const auto emit = [&](const char* kind, const std::string& object, json tag, const char* use,
                          const std::string& detail) {
        call.emit_json(json{
            {"kind", kind},
            {"name", object},
            {"tag", std::move(tag)},
            {"vm", nullptr},
            {"state", use},
            {"detail",
             detail}}.dump());
    };
    emit("port", "udp and tcp " + std::to_string(server_->port()), nullptr, "in-use",
         "DNS, on 127.0.0.1 and the bridge");
    const json found = side_.show(call);
    const bool any = names_->any_running();
    // Without a running VM nothing of it is needed, and settle() has failed to take it back.
    const auto use_of = [any](bool wanted) { return wanted && any ? "in-use" : "stray"; };
    for (const json& table : found.at("tables")) {
        if (table.at("mine") == true) {
            const bool ours = table.at("tag") == side_.tag();
            emit("nft-table", table.at("name"), table.at("tag"), ours ? use_of(true) : "idle",
                 ours ? "leads port 53 of the bridge to the DNS"
                      : "made by another banger of this user");
        }
    }
    const std::set<std::string> told = side_.resolvers(call);
    for (const std::string& resolver : told) {
        emit("resolver", resolver, side_.tag(), use_of(resolver == verb_name(side_.resolver())),
             "asks us for names of VMs, or may do so");
    }
    for (const json& file : found.at("dnsmasq_files")) {
        const bool ours = file.at("tag") == side_.tag();
        if (!ours || told.count("networkmanager") == 0) {
            emit("dnsmasq-file", file.at("name"), file.at("tag"), ours ? "stray" : "idle",
                 ours ? "NetworkManager's dnsmasq asks us for names of VMs"
                      : "made by another banger of this user");
        }
    }
}

void Dns::release(Call& call, std::string_view object_json) {
    const json object = json::parse(object_json);
    const std::string kind = object.at("kind");
    const std::string object_name = object.at("name");
    const std::string tag = object.value("tag", side_.tag());
    if (kind == "nft-table") {
        side_.remove_table(call, tag);
    } else if (kind == "resolver") {
        side_.remove_resolver(call, object_name, side_.tag());
    } else if (kind == "dnsmasq-file") {
        side_.remove_resolver(call, "networkmanager", tag);
    } else if (kind == "dns-name" && !is_known(call, object.value("vm", std::string()))) {
        names_->erase(object.value("vm", std::string()));
    } else {
        throw Error(BANGER_E_BUSY, object_name + " is in use");
    }
    settle(call); // what running VMs need is there again
}

void Dns::ls(Call& call, std::string_view) {
    json rows = json::array();
    for (const auto& [vm, names] : names_->all()) {
        for (std::size_t i = 0; i <= names.aliases.size(); ++i) {
            const std::string label = i == 0 ? names.name : names.aliases[i - 1];
            rows.push_back({{"name", label + "." + names_->domain()},
                            {"vm", names.name},
                            {"address", names.running ? names.address : ""},
                            {"kind", i == 0 ? "name" : "alias"}});
        }
    }
    call.emit_json(rows.dump());
}

void Dns::state(Call& call, std::string_view) {
    Upstreams upstreams({"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf", config_.upstreams},
                        {std::string(view(banger::NetworkInfo(host_).network(call).gateway))});
    json asked = json::array();
    for (const Endpoint& endpoint : upstreams.list()) {
        asked.push_back(endpoint.text());
    }
    const Server::Counters& counters = server_->counters();
    call.emit_json(json{{"domain", names_->domain()},
                        {"port", server_->port()},
                        {"names", names_->zone()->size()},
                        {"host_resolver", display_name(side_.resolver())},
                        {"host_resolver_told", side_.told()},
                        {"upstreams", std::move(asked)},
                        {"answered", counters.answered.load()},
                        {"forwarded", counters.forwarded.load()},
                        {"failed", counters.failed.load()},
                        {"limited", counters.limited.load()},
                        {"strangers", counters.strangers.load()}}
                       .dump());
}

void Dns::line(Call& call, std::string_view) {
    const std::string told =
        side_.told() ? ", asked by " + std::string(display_name(side_.resolver())) : std::string();
    call.emit_json(json{
        {"title", "DNS"},
        {"value",
         "." + names_->domain() + " at 127.0.0.1 port " + std::to_string(server_->port()) +
             told}}.dump());
}

void Dns::check_server(Call& call, std::string_view) {
    const std::string question = std::string("\x12\x34\0\0\0\1\0\0\0\0\0\0", 12) +
                                 to_wire("host." + names_->domain()) + std::string("\0\1\0\1", 4);
    Endpoint own;
    (void)Endpoint::parse("127.0.0.1", server_->port(), own);
    const bool good = ask_once(own, question);
    json check{{"severity", "ok"}, {"title", "names of VMs are answered"}};
    if (!good) {
        check = {{"severity", "error"},
                 {"title", "names of VMs are not answered"},
                 {"cause", "127.0.0.1 port " + std::to_string(server_->port()) + " is silent"},
                 {"fix", "banger daemon stop; banger daemon start"}};
    }
    call.emit_json(check.dump());
}

void Dns::check_host(Call& call, std::string_view) {
    const std::string domain = names_->domain();
    const std::string port = std::to_string(server_->port());
    json check{{"severity", "ok"}, {"title", "this machine asks us for ." + domain}};
    if (const std::string objection = side_.objection(); !objection.empty()) {
        check = {{"severity", "warning"},
                 {"title", "this machine does not resolve ." + domain},
                 {"cause", objection},
                 {"fix", "banger daemon logs"}};
    } else if (!side_.told() && side_.resolver() != HostResolver::none) {
        check["title"] = std::string(display_name(side_.resolver())) + " is told about ." + domain +
                         " while a VM runs";
    } else if (side_.resolver() == HostResolver::none) {
        check = {{"severity", "info"},
                 {"title", "this machine does not resolve ." + domain},
                 {"cause", config_.host_integration
                               ? "neither systemd-resolved nor NetworkManager's dnsmasq is used "
                                 "here, and resolv.conf is left alone"
                               : "host_integration is off"},
                 {"fix", "in dnsmasq's configuration: server=/" + domain + "/127.0.0.1#" + port +
                             "; in unbound's: do-not-query-localhost: no, and a forward-zone with "
                             "name: \"" +
                             domain + "\" and forward-addr: 127.0.0.1@" + port +
                             "; by hand: dig @127.0.0.1 -p " + port + " testbox." + domain}};
    }
    call.emit_json(check.dump());
}

void Dns::check_upstreams(Call& call, std::string_view) {
    Upstreams upstreams({"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf", config_.upstreams},
                        {std::string(view(banger::NetworkInfo(host_).network(call).gateway))});
    json check{{"severity", "ok"}, {"title", "other names are asked of this machine's resolvers"}};
    if (upstreams.list().empty()) {
        check = {{"severity", "warning"},
                 {"title", "VMs resolve no names of the world"},
                 {"cause", "/etc/resolv.conf names no resolver"},
                 {"fix", "add a line such as: nameserver 192.0.2.53, or set "
                         "plugins.entries.dns.config.upstreams"}};
    }
    call.emit_json(check.dump());
}

} // namespace dns

BANGER_PLUGIN(dns::Dns)
