#include "doctor.hpp"

#include "host_side.hpp"
#include "socket.hpp"
#include "wire_name.hpp"

#include <nlohmann/json.hpp>

namespace dns {

using nlohmann::json;

json check_server(const std::string& domain, std::uint16_t port) {
    const std::string question = std::string("\x12\x34\0\0\0\1\0\0\0\0\0\0", 12) +
                                 to_wire("host." + domain) + std::string("\0\1\0\1", 4);
    Endpoint own;
    (void)Endpoint::parse("127.0.0.1", port, own);
    const bool good = ask_once(own, question);
    json check{{"severity", "ok"}, {"title", "names of VMs are answered"}};
    if (!good) {
        check = {{"severity", "error"},
                 {"title", "names of VMs are not answered"},
                 {"cause", "127.0.0.1 port " + std::to_string(port) + " is silent"},
                 {"fix", "banger daemon stop; banger daemon start"}};
    }
    return check;
}

json check_host(const std::string& domain, std::uint16_t port, const HostSide& side,
                bool integrate) {
    const std::string at = std::to_string(port);
    json check{{"severity", "ok"}, {"title", "this machine asks us for ." + domain}};
    if (const std::string objection = side.objection(); !objection.empty()) {
        check = {{"severity", "warning"},
                 {"title", "this machine does not resolve ." + domain},
                 {"cause", objection},
                 {"fix", "banger daemon logs"}};
    } else if (!side.told() && side.resolver() != HostResolver::none) {
        check["title"] = std::string(display_name(side.resolver())) + " is told about ." + domain +
                         " while a VM runs";
    } else if (side.resolver() == HostResolver::none) {
        check = {{"severity", "info"},
                 {"title", "this machine does not resolve ." + domain},
                 {"cause", integrate
                               ? "neither systemd-resolved nor NetworkManager's dnsmasq is used "
                                 "here, and resolv.conf is left alone"
                               : "plugins.entries.dns.config.host_integration is off"},
                 {"fix", "in dnsmasq's configuration: server=/" + domain + "/127.0.0.1#" + at +
                             "; in unbound's: do-not-query-localhost: no, and a forward-zone with "
                             "name: \"" +
                             domain + "\" and forward-addr: 127.0.0.1@" + at +
                             "; by hand: dig @127.0.0.1 -p " + at + " testbox." + domain}};
    }
    return check;
}

json check_redirect(banger::Call& call, const HostSide& side, bool any_runs) {
    bool stands = !any_runs;
    for (const json& table : any_runs ? side.show(call).at("tables") : json::array()) {
        stands = stands || (table.at("mine") == true && table.at("tag") == side.tag());
    }
    if (stands) {
        return {{"severity", "ok"}, {"title", "VMs can ask for names"}};
    }
    return {{"severity", "error"},
            {"title", "VMs cannot ask for names"},
            {"cause", "the nft table that leads port 53 of the bridge to us was deleted"},
            {"fix", "banger doctor --fix"},
            {"repair", {"(the table is made anew)"}}};
}

json check_upstreams(const std::vector<Endpoint>& resolvers) {
    json check{{"severity", "ok"}, {"title", "other names are asked of this machine's resolvers"}};
    if (resolvers.empty()) {
        check = {{"severity", "warning"},
                 {"title", "VMs resolve no names of the world"},
                 {"cause", "/etc/resolv.conf names no resolver"},
                 {"fix", "add a line such as: nameserver 192.0.2.53, or set "
                         "plugins.entries.dns.config.upstreams"}};
    }
    return check;
}

} // namespace dns
