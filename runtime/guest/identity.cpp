#include "guest/identity.hpp"

#include <unistd.h>

#include "guest/config.hpp"
#include "guest/failure.hpp"
#include "guest/managed_block.hpp"
#include "guest/root_dir.hpp"

namespace banger::guest {
namespace {

constexpr std::string_view default_hosts = "127.0.0.1 localhost\n"
                                           "::1 localhost ip6-localhost ip6-loopback\n"
                                           "ff02::1 ip6-allnodes\n"
                                           "ff02::2 ip6-allrouters\n";

std::string hosts_lines(const Config& config) {
    std::string lines;
    for (const auto& entry : config.hosts) {
        lines += entry.address;
        for (const auto& name : entry.names)
            lines += ' ' + name;
        lines += '\n';
    }
    return lines;
}

std::string resolv_conf(const Resolv& resolv) {
    std::string text = "# written by banger at every start\n";
    for (const auto& server : resolv.nameservers)
        text += "nameserver " + server + '\n';
    if (!resolv.search.empty()) {
        text += "search";
        for (const auto& domain : resolv.search)
            text += ' ' + domain;
        text += '\n';
    }
    return text;
}

} // namespace

std::string hosts_text(std::string_view before, const Config& config) {
    return replace_block(before.empty() ? default_hosts : before, hosts_lines(config));
}

void write_identity(const RootDir& root, const Config& config) {
    if (!config.hostname.empty())
        root.write("/etc/hostname", config.hostname + '\n', {.mode = 0644});
    if (!config.machine_id.empty())
        root.write("/etc/machine-id", config.machine_id + '\n', {.mode = 0444});
    if (!config.hosts.empty())
        root.write("/etc/hosts", hosts_text(root.read("/etc/hosts").value_or(""), config),
                   {.mode = 0644});
    if (config.resolv)
        root.write("/etc/resolv.conf", resolv_conf(*config.resolv), {.mode = 0644});
}

void set_hostname(const Config& config) {
    if (config.hostname.empty())
        return;
    if (::sethostname(config.hostname.data(), config.hostname.size()) != 0)
        fail_errno("set the host name");
}

} // namespace banger::guest
