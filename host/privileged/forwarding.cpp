#include "privileged/forwarding.hpp"

#include "net/nftables.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "privileged/nat_table.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

// /proc/sys/net shows the namespace of who reads it.
constexpr const char* setting = "/proc/sys/net/ipv4/ip_forward";

void write_setting(const std::string& path, bool on) {
    const os::UniqueFd file = os::open_file(path, O_WRONLY);
    os::write_all(file.get(), on ? "1\n" : "0\n", path);
}

} // namespace

bool forwarding() {
    return os::read_file(setting).substr(0, 1) == "1";
}

void set_forwarding(bool on) {
    write_setting(setting, on);
}

void set_route_localnet(const std::string& interface, bool on) {
    write_setting("/proc/sys/net/ipv4/conf/" + interface + "/route_localnet", on);
}

NatTables nat_tables(net::Nftables& nftables) {
    NatTables found;
    const auto answer = nftables.run({{{"list", {{"tables", {{"family", "inet"}}}}}},
                                      {{"list", {{"chains", {{"family", "inet"}}}}}}},
                                     "list the packet filter");
    found.tables = own_tables(nat_kind, answer);
    for (const auto& object : answer) {
        if (const auto chain = object.find("chain"); chain != object.end()) {
            auto ours = OwnTable::parse(nat_kind, chain->at("table").get<std::string>());
            if (ours && chain->at("name") == forward_mark) {
                found.marked.push_back(std::move(*ours));
            }
        }
    }
    return found;
}

} // namespace banger::privileged
