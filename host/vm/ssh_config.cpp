#include "vm/ssh_config.hpp"

#include "image/catalog.hpp"
#include "os/join.hpp"
#include "os/paths.hpp"
#include "os/ssh_include.hpp"
#include "vm/capabilities.hpp"
#include "vm/identity.hpp"
#include "vm/machine.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// A value in which ssh expands "%".
std::string value_of(const fs::path& path) {
    std::string text;
    for (const char c : path.string()) {
        text += c == '%' ? "%%" : std::string(1, c);
    }
    return "\"" + text + "\"";
}

/// A word for the user's shell, which runs a ProxyCommand.
std::string word_of(const fs::path& path) {
    std::string text = "'";
    for (const char c : path.string()) {
        text += c == '\'' ? "'\\''" : c == '%' ? "%%" : std::string(1, c);
    }
    return text + "'";
}

bool is_host_name(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.front() != '-' && name.size() < 254 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
}

/// The strings in an option's value.
std::vector<std::string> strings_of(const json& value) {
    std::vector<std::string> result;
    for (const json& each : value.is_array() ? value : json::array({value})) {
        if (each.is_string()) {
            result.push_back(each.get<std::string>());
        }
    }
    return result;
}

std::vector<std::string> further_names(const Machine& machine,
                                       const std::vector<OptionSpec>& options) {
    const json given = json::parse(machine.row.options, nullptr, false);
    std::vector<std::string> result;
    for (const OptionSpec& option : options) {
        const json::json_pointer at("/" + option.plugin + "/" + option.name);
        if (option.names && given.is_object() && given.contains(at)) {
            for (std::string& name : strings_of(given.at(at))) {
                std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
                    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a')
                                                : static_cast<char>(c);
                });
                result.push_back(std::move(name));
            }
        }
    }
    return result;
}

/// The user's own blocks for "*" stay in force for whatever is not set here. `patterns` are
/// the names that it is for.
std::string block(const std::string& patterns, const SshHost& host, const SshClient& client) {
    std::string text = "Host " + patterns + "\n  HostName " + host.address +
                       "\n"
                       "  Port 22\n"
                       "  User root\n"
                       "  ProxyCommand " +
                       word_of(client.program) + " __ssh-proxy " + host.vm + " %h %p\n";
    if (!client.key.empty()) {
        text += "  IdentityFile " + value_of(client.key) +
                "\n"
                "  IdentitiesOnly yes\n";
    }
    return text + "  HostKeyAlias " + host.host_key_alias + "\n  UserKnownHostsFile " +
           value_of(host.known_hosts) +
           "\n"
           "  GlobalKnownHostsFile /dev/null\n"
           "  StrictHostKeyChecking yes\n" // the daemon made the key: there is nothing to ask
           "  CheckHostIP no\n"
           "  UpdateHostKeys no\n"
           "  ConnectTimeout 20\n"
           "  ServerAliveInterval 5\n" // a killed VM does not say goodbye
           "  ServerAliveCountMax 3\n";
}

} // namespace

SshClient ssh_client(image::Catalog& images, const Settings& settings) {
    std::string why;
    const image::Bundle* bundle = images.find_bundle(why);
    return {bundle != nullptr ? bundle->ssh_key : fs::path(), os::installation().bin / "banger",
            settings.domain};
}

std::vector<SshHost> ssh_hosts(const std::vector<std::shared_ptr<Machine>>& machines,
                               const Settings& settings, const std::vector<OptionSpec>& options) {
    std::set<std::string> taken;
    for (const auto& machine : machines) {
        taken.insert(machine->name());
    }
    std::vector<SshHost> hosts;
    for (const auto& machine : machines) {
        if (machine->row.ip.empty()) { // ssh refuses a HostName without a value, for every host
            continue;
        }
        SshHost host;
        host.vm = machine->name();
        host.names.push_back(host.vm + "." + settings.domain);
        for (const std::string& name : further_names(*machine, options)) {
            if (is_host_name(name) && taken.insert(name).second) {
                host.names.push_back(name + "." + settings.domain);
            }
        }
        host.address = machine->row.ip;
        host.host_key_alias = host_key_alias(machine->id());
        host.known_hosts = MachinePaths(settings, *machine).known_hosts();
        host.running = machine->state == State::running;
        hosts.push_back(std::move(host));
    }
    return hosts;
}

std::string ssh_config_text(const std::vector<SshHost>& hosts, const SshClient& client) {
    std::string text;
    std::vector<std::pair<std::string, const SshHost*>> below;
    for (const SshHost& host : hosts) {
        text += block(os::join(host.names, " "), host, client) + "\n";
        for (const std::string& name : host.names) {
            below.emplace_back("*." + name, &host);
        }
    }
    // ssh takes the first value that it finds: names come before what is below a name, and that
    // from the innermost name outwards.
    const auto labels = [](const std::string& name) {
        return std::count(name.begin(), name.end(), '.');
    };
    std::stable_sort(below.begin(), below.end(), [&](const auto& a, const auto& b) {
        return labels(a.first) > labels(b.first);
    });
    for (const auto& [pattern, host] : below) {
        text += block(pattern, *host, client) + "\n";
    }
    return text;
}

std::string ssh_config_text(const std::vector<SshHost>& hosts, const SshClient& client,
                            const fs::path& running) {
    // The last block sets nothing else: a host that the user himself calls so keeps all the rest.
    return "# Written by bangerd whenever a VM comes or goes; what you change here is lost.\n" +
           os::ssh_include(running) + "\n\n" + ssh_config_text(hosts, client) + "Host *." +
           client.domain + "\n  ProxyCommand " + word_of(client.program) +
           " __ssh-proxy --other '%n' %h %p\n";
}

std::string ssh_running_text(const std::vector<SshHost>& hosts) {
    std::string text;
    for (const SshHost& host : hosts) {
        if (host.running) {
            text += "Host " + os::join(host.names, " ") + "\n  ProxyCommand none\n";
        }
    }
    return text;
}

} // namespace banger::vm
