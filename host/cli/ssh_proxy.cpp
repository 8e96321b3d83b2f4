#include "cli/ssh_proxy.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/tcp_relay.hpp"

#include <algorithm>
#include <optional>

namespace banger::cli {
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
    });
    return text;
}

/// Why ssh found no block for this name, when it is a VM's.
std::optional<os::Error> vm_without_block(const Api& api, const std::string& name) {
    const std::string small = lower(name);
    for (const Json& vm : list(api, vm_noun)) {
        const std::string fqdn = text_at(vm, "fqdn");
        const std::string short_name = text_at(vm, "name");
        if (small != fqdn && !small.ends_with("." + fqdn)) {
            continue;
        }
        if (small != name) {
            return os::Error(os::ErrorKind::not_found, "names of VMs are small letters",
                             "ssh " + small);
        }
        return os::Error(os::ErrorKind::unavailable,
                         "ssh is not told yet of VM " + short_name + " and its host key",
                         "banger vm ssh " + short_name +
                             "; what keeps it from being told: banger daemon logs");
    }
    return std::nullopt;
}

/// "box" of "a.box.vm".
std::string vm_part(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    const std::string labels = name.substr(0, dot);
    return labels.substr(labels.rfind('.') + 1);
}

/// The user may have a host of his own by such a name: by an address that his ssh_config gives it,
/// or because it resolves. That one is reached as ever.
os::UniqueFd connect_other(Session& session, const std::string& name, const std::string& host,
                           const std::string& port) {
    if (lower(host) != lower(name)) {
        return connect_tcp(host, port);
    }
    if (const auto api = session.running_api()) {
        if (const auto error = vm_without_block(*api, name)) {
            throw os::Error(*error);
        }
    }
    try {
        return connect_tcp(host, port);
    } catch (const os::Error& error) {
        if (error.kind() != os::ErrorKind::not_found) {
            throw;
        }
    }
    throw explained(session.api(), vm_noun, vm_part(lower(name)),
                    os::Error(os::ErrorKind::not_found, "no VM answers to " + name));
}

} // namespace

int ssh_proxy(Session& session, const std::vector<std::string>& words) {
    if (words.size() == 4 && words[0] == "--other") {
        relay(connect_other(session, words[1], words[2], words[3]));
        return 0;
    }
    if (words.size() != 3) {
        throw os::Error(os::ErrorKind::invalid, "this is for ssh alone, as its ProxyCommand");
    }
    (void)get_one(session.api(), vm_noun, words[0], "/ssh"); // throws when it does not run
    relay(connect_tcp(words[1], words[2]));
    return 0;
}

} // namespace banger::cli
