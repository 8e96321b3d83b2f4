#pragma once

#include "os/paths.hpp"
#include "vm/events.hpp"
#include "vm/ssh_config.hpp"

#include <functional>
#include <string>
#include <vector>

namespace banger::daemon {

/// The two files that plain ssh reads, true from now on: the VMs there are, and which of them run.
/// They stay when it goes, as the VMs do; the second is there only while one runs. [loop]
class SshFiles {
  public:
    using Warn = std::function<void(const std::string& text)>;
    using Hosts = std::function<std::vector<vm::SshHost>()>;
    using Client = std::function<vm::SshClient()>;

    /// All are asked at each change, and outlive it.
    SshFiles(const os::UserPaths& paths, vm::Events& events, Warn warn, Hosts hosts, Client client);
    SshFiles(const SshFiles&) = delete;
    SshFiles& operator=(const SshFiles&) = delete;
    ~SshFiles() = default;

  private:
    void heed(const nlohmann::json& event);
    void write();

    const os::UserPaths& paths_;
    Warn warn_;
    Hosts hosts_;
    Client client_;
    std::string config_;  ///< as it was last written
    std::string running_; ///< likewise
    vm::Events::Subscription subscription_;
};

} // namespace banger::daemon
