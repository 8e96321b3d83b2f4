#include "vm/guest_setup.hpp"

#include "image/boot_files.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/random.hpp"
#include "vm/identity.hpp"

#include <array>
#include <sstream>

#include <arpa/inet.h>

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;

namespace {

constexpr std::string_view host = host_owner;
constexpr auto unknown = "(at the create)";

void add_disks(GuestConfig& config, const store::VmRow& row) {
    if (image::disk_mode(row.disk_mode) == image::DiskMode::copy) {
        config.drive(host, {.id = "root", .path = "root.ext4"});
    } else {
        config.drive(host, {.id = "base", .path = image::BootFiles::base_name, .read_only = true});
        config.drive(host, {.id = "overlay", .path = "overlay.ext4"});
    }
    config.drive(host, {.id = "work", .path = "work.ext4"});
    config.guest(host, "root", {{"mode", row.disk_mode}});
}

bool is_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
           (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 && text != "::1");
}

/// The host's name servers that a guest can use: one on the host's loopback is not among them.
json name_servers(const Settings& settings) {
    json servers = json::array();
    std::istringstream lines(os::find_file("/etc/resolv.conf").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string word;
        std::string address;
        if (words >> word >> address && word == "nameserver" && !address.starts_with("127.") &&
            is_address(address)) {
            servers.push_back(address);
        }
    }
    if (servers.empty()) {
        servers.push_back(settings.subnet.host(1).text());
    }
    return servers;
}

void add_network(GuestConfig& config, const store::VmRow& row, const Settings& settings) {
    const std::vector<Nic> nics = config.nics();
    if (nics.empty()) {
        return;
    }
    config.guest(
        host, "network",
        json::array(
            {{{"name", "eth0"},
              {"mac", nics.front().mac},
              {"address",
               row.ip.empty() ? unknown : row.ip + "/" + std::to_string(settings.subnet.prefix)},
              {"gateway", settings.subnet.host(1).text()},
              {"mtu", nics.front().mtu}}}));
    config.guest(host, "resolv",
                 {{"nameservers", name_servers(settings)}, {"search", {settings.domain}}});
}

void add_identity(GuestConfig& config, const store::VmRow& row, const image::Bundle& bundle,
                  const Settings& settings) {
    const std::string name = row.name.empty() ? unknown : row.name;
    const bool made = !row.id.empty();
    config.guest(host, "hostname", name);
    config.guest(host, "domain", settings.domain);
    config.guest(host, "machine_id", made ? machine_id(row.id) : unknown);
    config.guest(
        host, "hosts",
        json::array({{{"address", "127.0.1.1"}, {"names", {name + "." + settings.domain, name}}}}));
    config.guest(host, "ssh_host_keys",
                 made ? host_keys_json(MachinePaths(settings, row.id)) : json(unknown));
    std::string key = os::read_file(bundle.ssh_key.string() + ".pub");
    while (!key.empty() && key.back() == '\n') {
        key.pop_back();
    }
    config.guest(host, "authorized_keys", {{"root", {key}}});
}

} // namespace

GuestConfig build_guest_config(const store::VmRow& row, const VmView& view,
                               const image::Bundle& bundle, const Settings& settings,
                               Capabilities& capabilities, CallContext& context,
                               const std::string& agent_key) {
    GuestConfig config([&capabilities](std::string_view owner, std::string_view field) {
        return capabilities.may_override(owner, field);
    });
    config.kernel_arg(host, "quiet", "");
    add_disks(config, row);
    add_identity(config, row, bundle, settings);
    if (row.cid != 0) { // a VM that had a key in an earlier start must not keep that one
        config.file(host, {.path = "/etc/banger/agent.key", .mode = 0600, .data = agent_key});
    }
    capabilities.contribute(view, config, context);
    add_network(config, row, settings);
    capabilities.validate(view, config.merged_json(), context);
    // After the checks: these differ from start to start and belong to no plugin.
    config.guest(host, "entropy", os::random_base64(64));
    config.guest(host, "time_unix_ns", os::now_ms() * 1'000'000);
    config.freeze();
    return config;
}

} // namespace banger::vm
