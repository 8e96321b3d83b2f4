#include "vm/ssh.hpp"

#include "os/error.hpp"
#include "os/process.hpp"
#include "os/run.hpp"
#include "vm/identity.hpp"
#include "vm/machine.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

namespace banger::vm {

SshAccess ssh_access(const Machine& machine, const Settings& settings,
                     const std::filesystem::path& key) {
    const MachinePaths paths(settings, machine);
    SshAccess access;
    access.host = machine.row.ip;
    access.key = key;
    access.known_hosts = paths.known_hosts();
    access.host_key_alias = host_key_alias(machine.id());
    std::error_code code;
    // A cleaner may have removed the folder. ssh ends when it cannot make its socket.
    if (std::filesystem::create_directories(paths.run, code); !code) {
        access.control_path = paths.ssh_control();
    }
    return access;
}

nlohmann::json to_json(const SshAccess& access) {
    return {{"host", access.host},
            {"port", access.port},
            {"user", access.user},
            {"key", access.key.string()},
            {"known_hosts", access.known_hosts.string()},
            {"host_key_alias", access.host_key_alias},
            {"control_path", access.control_path.string()}};
}

std::vector<std::string> ssh_argv(const SshAccess& access,
                                  const std::vector<std::string>& command) {
    std::vector<std::string> argv{"ssh",
                                  "-F",
                                  "none",
                                  "-T",
                                  "-q",
                                  "-p",
                                  std::to_string(access.port),
                                  "-i",
                                  access.key.string()};
    for (const std::string& option :
         {std::string("BatchMode=yes"), std::string("IdentitiesOnly=yes"),
          std::string("StrictHostKeyChecking=yes"),
          "UserKnownHostsFile=" + access.known_hosts.string(),
          std::string("GlobalKnownHostsFile=/dev/null"), "HostKeyAlias=" + access.host_key_alias,
          std::string("ConnectTimeout=30")}) {
        argv.insert(argv.end(), {"-o", option});
    }
    if (!access.control_path.empty()) {
        // The keep-alive ends a master that end_ssh_master() cannot find, its socket being removed.
        for (const std::string& option :
             {std::string("ControlMaster=auto"), std::string("ControlPersist=600"),
              "ControlPath=" + access.control_path.string(), std::string("ServerAliveInterval=15"),
              std::string("ServerAliveCountMax=4")}) {
            argv.insert(argv.end(), {"-o", option});
        }
    }
    argv.push_back(access.user + "@" + access.host);
    argv.push_back("--");
    argv.insert(argv.end(), command.begin(), command.end());
    return argv;
}

/// One that its socket does not lead to any more is known by its title, which ssh sets; the guest
/// is gone, and the connection would be kept for minutes.
static void end_by_title(const std::filesystem::path& control_path) {
    const std::string title = "ssh: " + control_path.string() + " [mux]";
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", code)) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        std::ifstream file(pid > 0 ? entry.path() / "cmdline" : std::filesystem::path());
        std::string words;
        if (!std::getline(file, words, '\0') || words != title) {
            continue;
        }
        try {
            if (const auto process = os::identify(pid)) {
                (void)os::send_signal(*process, SIGTERM); // somebody else's: refused
            }
        } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): it ends by its keep-alive
        }
    }
}

void end_ssh_master(const std::filesystem::path& control_path) {
    std::error_code code;
    if (std::filesystem::exists(control_path, code)) {
        try {
            (void)os::run(
                {"ssh", "-F", "none", "-q", "-O", "exit", "-S", control_path.string(), "vm"},
                {.timeout = std::chrono::seconds(5)});
        } catch (const os::Error&) {
            // no client installed: then there is no connection either
        }
        std::filesystem::remove(control_path, code);
    }
    end_by_title(control_path);
}

} // namespace banger::vm
