#pragma once

#include "job_log.hpp"

#include <banger/plugin.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace imagebuild {

/// How a guest's SSH is reached, as GET /v1/vms/NAME/ssh says.
struct SshAccess {
    std::string host;
    int port = 22;
    std::string user = "root";
    std::string key;
    std::string known_hosts;
    std::string host_key_alias;
    std::string control_path;
};
[[nodiscard]] SshAccess ssh_access_of(const nlohmann::json& document);

/// The client's command line for a command line of the guest's shell.
[[nodiscard]] std::vector<std::string> ssh_words(const SshAccess& access,
                                                 const std::string& command);

/// A guest in which things are done as root. Each program is killed when the job is cancelled.
class SshGuest {
  public:
    SshGuest(banger::Host host, SshAccess access) : exec_(host), access_(std::move(access)) {}

    /// One connection that all that follows shares: a handshake takes an emulated guest seconds.
    /// Where it cannot be kept, each makes its own.
    void open(banger::Call& call) const;
    /// Runs a script by bash -euo pipefail; its standard input is empty, and what it prints goes to
    /// the log. Throws Error with `what` and the end of its error output when it fails.
    void run(JobLog& log, const std::string& what, const std::string& script) const;
    /// Copies a file of this machine into the guest, 0600; its folder is made.
    void put(JobLog& log, const std::string& local, const std::string& remote) const;

  private:
    void through(JobLog& log, const std::string& what, const std::vector<std::string>& words,
                 std::string_view input) const;

    banger::Exec exec_;
    SshAccess access_;
};

} // namespace imagebuild
