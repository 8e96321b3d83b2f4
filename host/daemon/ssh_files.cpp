#include "daemon/ssh_files.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::daemon {
namespace {

namespace fs = std::filesystem;

/// Does nothing when the file holds that text already: most events change neither.
void keep(const fs::path& file, const std::string& text, std::string& written) {
    if (text == written && (text.empty() || fs::exists(file))) {
        return;
    }
    if (text.empty()) {
        fs::remove(file);
    } else {
        // The next daemon writes it anew, and the loop is not to wait for the disk.
        os::write_file_atomic(file, text, 0600, os::Durability::rebuildable);
    }
    written = text;
}

/// VMs come, go, start and stop. The options of one change by an operation, and count from its end.
bool may_change(const nlohmann::json& event) {
    const auto is = [&](const char* member, const char* value) {
        return event.contains(member) && event[member] == value;
    };
    return is("type", "vm.state") ||
           (is("type", "operation") && !is("state", "queued") && !is("state", "running"));
}

} // namespace

SshFiles::SshFiles(const os::UserPaths& paths, vm::Events& events, Warn warn, Hosts hosts,
                   Client client)
    : paths_(paths), warn_(std::move(warn)), hosts_(std::move(hosts)), client_(std::move(client)),
      running_("not known"),
      subscription_(events.subscribe([this](const nlohmann::json& event) { heed(event); })) {
    write();
}

void SshFiles::heed(const nlohmann::json& event) {
    if (may_change(event)) {
        write();
    }
}

void SshFiles::write() {
    try {
        const std::vector<vm::SshHost> hosts = hosts_();
        // One that does not run any more must not be reached for as if it did, whatever comes next.
        keep(paths_.ssh_running(), vm::ssh_running_text(hosts), running_);
        keep(paths_.ssh_config(), vm::ssh_config_text(hosts, client_(), paths_.ssh_running()),
             config_);
    } catch (...) { // a full disk: the VM is not the worse for it, and the next event tries again
        warn_(std::string("ssh is not told of the VMs as they are now: ") +
              os::current_error().what());
    }
}

} // namespace banger::daemon
