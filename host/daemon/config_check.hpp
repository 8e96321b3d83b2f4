#pragma once

#include "config/config.hpp"
#include "daemon/doctor.hpp"
#include "os/paths.hpp"
#include "vmm/choose.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::daemon {

/// A config.yaml and this machine as they are without a daemon. Changes nothing but the VMM's
/// probe cache. The rules are those that the daemon starts by and `banger doctor` asks.
class ConfigCheck {
  public:
    ConfigCheck(const std::filesystem::path& file, const os::UserPaths& paths);

    /// What keeps the daemon from starting, a plugin from being loaded or every create from
    /// working: "config.yaml:3:8: key: what; next step", in the file's order.
    [[nodiscard]] const std::vector<std::string>& errors() const noexcept { return errors_; }
    /// What does less harm, or is so by a built-in value that does not work on this machine.
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
    /// As far as it can be read.
    [[nodiscard]] const config::Config& config() const noexcept { return reading_.config; }

    /// What of GET /v1/doctor needs no daemon, after the errors.
    [[nodiscard]] nlohmann::json doctor() const;

  private:
    void check_plugins(const os::UserPaths& paths);
    void sort_out(const Check& check);

    config::Reading reading_;
    std::shared_ptr<const vmm::Hypervisors> hypervisors_;
    DoctorFacts facts_;
    std::vector<std::string> wrong_lines_; ///< the errors that host_checks() does not tell, too
    std::vector<std::string> errors_;
    std::vector<std::string> warnings_;
};

} // namespace banger::daemon
