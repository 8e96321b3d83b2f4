#include "config.hpp"
#include "doctor.hpp"
#include "footprint.hpp"
#include "host_side.hpp"
#include "names.hpp"
#include "server.hpp"
#include "upstreams.hpp"
#include "watched_names.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

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
    return once_each(options.value("alias", std::vector<std::string>()));
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
                                                     BANGER_EXT_VM_QUERY,     BANGER_EXT_KV,
                                                     BANGER_EXT_EVENTS,       nullptr};
    static constexpr const char* const* requires_ext = required;
    static constexpr const char* const later[] = {"tap-pool", nullptr};
    static constexpr const char* const* after = later; ///< the bridge is there when we need it

    Dns(Host host, Call&, std::string_view config)
        : host_(host), config_(read_config(config)),
          side_(host, config_.host_integration ? find_host_resolver() : HostResolver::none),
          watched_([host](const std::string& data) {
              return banger::publish(host, "names.found", data);
          }) {}

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
        settings.watched = &watched_;
        events_.emplace(host_, "plugin.",
                        [this](Call&, std::string_view event) { watched_.heed(event); });
        // A VM whose clean-up came to its end later has no hook of ours any more.
        deleted_.emplace(host_, "vm.state", [this](Call& own, std::string_view event) {
            const json state = json::parse(event);
            if (state.value("state", "") == "deleted") {
                names_->erase(state.at("id"));
                settle(own);
            }
        });
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

    void leave(Call& call) { side_.remove(call); }

    // ---- options of a VM ----
    static constexpr banger_option options[] = {banger::option(
        "alias", "dns-alias",
        R"({"type": "array", "items": {"type": "string", "maxLength": 250}, "maxItems": 64,
            "default": [], "description": "one more name below the domain, may be repeated"})",
        BANGER_OPTION_LIVE | BANGER_OPTION_NAMES)};
    void validate_options(Call&, std::string_view options_json) {
        Names::check(aliases_of(json::parse(options_json)));
    }
    void options_available(Call&, const Vm& vm, std::string_view options_json) {
        names_->refuse_clash(std::string(vm.id()), {std::string(vm.name()), "", false,
                                                    aliases_of(json::parse(options_json))});
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
        if (!vm.id().empty() && banger::NetworkInfo(host_).find(call, vm.id()) == nullptr) {
            return; // of a VM that is not made yet (a dry run) nobody knows the address
        }
        const banger_network& network = banger::NetworkInfo(host_).network(call);
        const std::string gateway(view(network.gateway));
        std::string text =
            "search " + std::string(view(network.domain)) + "\nnameserver " + gateway + "\n";
        // While no daemon runs nobody listens here, and the guest asks as this machine does.
        // resolv.conf(5): the third is the last that counts.
        std::vector<std::string> others = for_guests(resolvers(call));
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
            list_names(call, names_->domain(), vm_id, *names);
        }
    }
    void list_all(Call& call) {
        for (const auto& [vm_id, names] : names_->all()) {
            list_names(call, names_->domain(), vm_id, names);
        }
        list_host(call, side_, server_->port(), names_->any_running());
    }
    void release(Call& call, std::string_view object_json);

    // ---- when asked ----
    void ls(Call& call, std::string_view);
    void state(Call& call, std::string_view);
    void line(Call& call, std::string_view);
    void check_server(Call& call, std::string_view) {
        call.emit_json(dns::check_server(names_->domain(), server_->port()).dump());
    }
    void check_host(Call& call, std::string_view) {
        call.emit_json(
            dns::check_host(names_->domain(), server_->port(), side_, config_.host_integration)
                .dump());
    }
    void check_redirect(Call& call, std::string_view args) {
        if (json::parse(args).value("repair", false)) {
            side_.renew(call, server_->port(), [this] { return names_->any_running(); });
        }
        call.emit_json(dns::check_redirect(call, side_, names_->any_running()).dump());
    }
    void check_upstreams(Call& call, std::string_view) {
        call.emit_json(dns::check_upstreams(resolvers(call)).dump());
    }

    static constexpr banger_action cli[] = {
        banger::action<&Dns::ls>("ls", "names and their addresses"),
        banger::action<&Dns::state>("status", "where it listens, whom it asks, what it did")};
    static constexpr banger_action status[] = {
        banger::action<&Dns::line>("dns", "port, names, resolver of this machine")};
    static constexpr banger_action doctor[] = {
        banger::action<&Dns::check_server>("server", "names of VMs are answered"),
        banger::action<&Dns::check_redirect>("redirect", "VMs can ask for names",
                                             banger::repair_args),
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
    /// Who is asked for the names of the world, as of now.
    std::vector<Endpoint> resolvers(Call& call) const {
        const std::string gateway(view(banger::NetworkInfo(host_).network(call).gateway));
        return Upstreams({.fixed = config_.upstreams}, {gateway}).list();
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
                const std::string vm_id =
                    vm.at("id"); // the right side of the next line is done first
                vms[vm_id] = std::move(vm);
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
    Host host_;
    Config config_;
    HostSide side_;
    WatchedNames watched_;
    std::optional<Names> names_;
    std::optional<Server> server_;
    std::optional<banger::Subscription> events_, deleted_;
    std::optional<banger::Thread> thread_; ///< last: it ends before what it serves
};

void Dns::release(Call& call, std::string_view object_json) {
    const json object = json::parse(object_json);
    const std::string kind = object.at("kind");
    const std::string object_name = object.at("name");
    if (kind == "nft-table") {
        side_.remove_table(call, object.at("tag"));
    } else if (kind == "resolver") {
        side_.remove_resolver(call, object_name, side_.tag());
    } else if (kind == "dnsmasq-file") {
        side_.remove_resolver(call, "networkmanager", object.at("tag"));
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
        for (const std::string& label : names.labels()) {
            rows.push_back({{"name", label + "." + names_->domain()},
                            {"vm", names.name},
                            {"address", names.running ? names.address : ""},
                            {"kind", label == names.name ? "name" : "alias"}});
        }
    }
    call.emit_json(rows.dump());
}

void Dns::state(Call& call, std::string_view) {
    json asked = json::array();
    for (const Endpoint& endpoint : resolvers(call)) {
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

} // namespace dns

BANGER_PLUGIN(dns::Dns)
