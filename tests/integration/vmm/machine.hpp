#pragma once

#include "os/temporary_dir.hpp"
#include "supervisor/client.hpp"
#include "vmm/hypervisor.hpp"
#include "vmm/qemu/driver.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace banger::test {

/// One test VM in a folder of its own: the bundle's kernel, and the test guest as all of user
/// space. When it goes, whatever still runs of it is killed.
class Machine {
  public:
    /// Why no VM can be booted here; empty when one can.
    [[nodiscard]] static std::string missing();

    explicit Machine(const std::string& mode);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    ~Machine();

    [[nodiscard]] vmm::SupervisorPlan plan() const;
    supervisor::Supervised launch(); ///< its end comes with ours at the latest
    supervisor::Supervised launch(const vmm::SupervisorPlan& plan);

    /// Waits until the console log holds the text.
    [[nodiscard]] bool console_has(const std::string& text) const;
    [[nodiscard]] std::string console() const; ///< both parts of the log
    [[nodiscard]] const std::filesystem::path& run_dir() const { return spec.run_dir; }
    /// The next event of this name, or an empty string at the end of the stream.
    [[nodiscard]] static std::string wait_event(int fd, const std::string& name);
    [[nodiscard]] static std::vector<std::string> names_in(const std::filesystem::path& folder);

    vmm::LaunchSpec spec;

  private:
    os::TemporaryDir dir_;
    std::vector<supervisor::Supervised> launched_;
};

constexpr std::chrono::seconds boot_time{60}; ///< of an emulated guest on a busy machine

} // namespace banger::test
