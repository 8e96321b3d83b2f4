#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace banger::image {
class Catalog;
}

namespace banger::vm {

struct Machine;
struct OptionSpec;
struct Settings;

/// A VM as plain ssh sees it. All of it but `running` holds as long as the VM exists.
struct SshHost {
    std::string vm;
    std::vector<std::string> names; ///< below the domain: testbox.vm, then what plugins add
    std::string address;
    std::string host_key_alias;
    std::filesystem::path known_hosts;
    bool running = false;
};

/// What is the same for all of them.
struct SshClient {
    std::filesystem::path key;     ///< empty while there is no runtime bundle
    std::filesystem::path program; ///< banger
    std::string domain;
};

[[nodiscard]] SshClient ssh_client(image::Catalog& images, const Settings& settings);

/// A VM without an address, as one found again without its record, is left out.
/// The names that plugins give it are those in options that they declare as names. One that could
/// not be a host's, or is the name of a VM itself, is left out.
[[nodiscard]] std::vector<SshHost> ssh_hosts(const std::vector<std::shared_ptr<Machine>>& machines,
                                             const Settings& settings,
                                             const std::vector<OptionSpec>& options);

/// ssh_config(5) blocks that need no other file of ours: these VMs by their names, and anything
/// below one of these. banger makes the connection, and can say why there is none.
[[nodiscard]] std::string ssh_config_text(const std::vector<SshHost>& hosts,
                                          const SshClient& client);

/// The same behind what `running` holds, and before a word about other names of the domain.
[[nodiscard]] std::string ssh_config_text(const std::vector<SshHost>& hosts,
                                          const SshClient& client,
                                          const std::filesystem::path& running);

/// Those that run need nobody between ssh and them. Empty when none does.
[[nodiscard]] std::string ssh_running_text(const std::vector<SshHost>& hosts);

} // namespace banger::vm
