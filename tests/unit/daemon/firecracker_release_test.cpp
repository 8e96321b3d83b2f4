#include "daemon/doctor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace banger::daemon {
namespace {

/// One that can be used and plans nothing.
class FakeVmm final : public vmm::Hypervisor {
  public:
    FakeVmm(std::string_view driver, const std::string& version) {
        probe_.driver = driver;
        probe_.usable = true;
        probe_.accel = "kvm";
        probe_.version = version;
    }
    [[nodiscard]] std::string_view name() const noexcept override { return probe_.driver; }
    [[nodiscard]] const vmm::Probe& probe() const noexcept override { return probe_; }
    [[nodiscard]] vmm::Capabilities capabilities() const noexcept override { return {}; }
    [[nodiscard]] vmm::SupervisorPlan plan(const vmm::LaunchSpec&) const override { return {}; }

  private:
    vmm::Probe probe_;
};

/// What is told of the release; its cause is empty where nothing is.
Check told(const std::string& version, const std::string& wanted = "auto") {
    DoctorFacts facts;
    facts.config_file = "/c.yaml";
    facts.wanted_vmm = wanted;
    facts.settings.subnet = net::Subnet::parse("10.9.8.0/24");
    vmm::Hypervisors hypervisors;
    hypervisors.push_back(std::make_unique<FakeVmm>(vmm::firecracker_name, version));
    hypervisors.push_back(std::make_unique<FakeVmm>(vmm::qemu_name, "9.1.2"));
    const std::vector<Check> checks = config_checks(facts, hypervisors);
    const auto found = std::find_if(checks.begin(), checks.end(), [](const Check& check) {
        return check.id == "firecracker-release";
    });
    return found == checks.end() ? Check{} : *found;
}

TEST(FirecrackerRelease, OneWithAKnownFaultIsAWarning) {
    const Check check = told("1.16.1");
    EXPECT_EQ(check.severity, "warning");
    EXPECT_EQ(check.key, "firecracker.binary");
    EXPECT_EQ(check.title, "Firecracker 1.16.1 has a known fault");
    EXPECT_NE(check.cause.find("paused and resumed"), std::string::npos);
    EXPECT_EQ(check.fix, "set firecracker.binary: FILE in /c.yaml, one of another release");
    EXPECT_EQ(told("1.16.1", "firecracker").severity, "warning");
}

TEST(FirecrackerRelease, NothingIsToldOfAGoodOneOrOneThatIsNotWanted) {
    EXPECT_EQ(told("1.15.1").cause, "");
    EXPECT_EQ(told("1.17.0-dev").cause, "");
    EXPECT_EQ(told("1.16.1", "qemu").cause, "");
}

} // namespace
} // namespace banger::daemon
