// The plugin's server with many VMs, for dnsperf. usage: bench_dns_server PORT NAMES

#include "server.hpp"
#include "names.hpp"

#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    if (argc != 3) {
        return 2;
    }
    dns::Names names("vm", dns::parse_network("10.80.0.0/16"), "10.80.0.1");
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        const std::string address =
            "10.80." + std::to_string(1 + i / 250) + "." + std::to_string(1 + i % 250);
        names.put(std::to_string(i), {"vm" + std::to_string(i), address, true, {}});
    }
    dns::Server::Settings settings;
    settings.guests = dns::parse_network("10.80.0.0/16");
    settings.gateway = dns::parse_address("10.80.0.1");
    settings.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    settings.other_port = false;
    settings.upstreams = {"/nonexistent", "/nonexistent", {}};
    dns::Server server(settings, [&] { return names.zone(); });
    std::cout << "ready" << std::endl;
    server.run(-1);
}
