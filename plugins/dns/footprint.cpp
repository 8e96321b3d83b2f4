#include "footprint.hpp"

#include "host_side.hpp"
#include "names.hpp"

#include <set>

#include <nlohmann/json.hpp>

namespace dns {

using banger::Call;
using nlohmann::json;

void list_names(Call& call, const std::string& domain, const std::string& vm,
                const VmNames& names) {
    for (const std::string& label : names.labels()) {
        call.emit_json(json{{"kind", "dns-name"},
                            {"name", label + "." + domain},
                            {"vm", vm},
                            {"state", "in-use"},
                            {"detail", names.running ? names.address : "no address: it is stopped"}}
                           .dump());
    }
}

void list_host(Call& call, const HostSide& side, std::uint16_t port, bool any_runs) {
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
    emit("port", "udp and tcp " + std::to_string(port), nullptr, "in-use",
         "DNS, on 127.0.0.1 and the bridge");
    const json found = side.show(call);
    // Without a running VM nothing of it is needed, and settle() has failed to take it back.
    const auto use_of = [any_runs](bool wanted) { return wanted && any_runs ? "in-use" : "stray"; };
    for (const json& table : found.at("tables")) {
        if (table.at("mine") == true) {
            const bool ours = table.at("tag") == side.tag();
            emit("nft-table", table.at("name"), table.at("tag"), ours ? use_of(true) : "idle",
                 ours ? "leads port 53 of the bridge to the DNS"
                      : "made by another banger of this user");
        }
    }
    const std::set<std::string> told = side.resolvers(call);
    for (const std::string& resolver : told) {
        emit("resolver", resolver, side.tag(), use_of(resolver == verb_name(side.resolver())),
             "asks us for names of VMs, or may do so");
    }
    for (const json& file : found.at("dnsmasq_files")) {
        const bool ours = file.at("tag") == side.tag();
        if (!ours || told.count("networkmanager") == 0) {
            emit("dnsmasq-file", file.at("name"), file.at("tag"), ours ? "stray" : "idle",
                 ours ? "NetworkManager's dnsmasq asks us for names of VMs"
                      : "made by another banger of this user");
        }
    }
}

} // namespace dns
