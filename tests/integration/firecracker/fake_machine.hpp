#pragma once

#include "os/temporary_dir.hpp"
#include "supervisor/client.hpp"
#include "vmm/plan.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::test {

constexpr std::chrono::seconds patience{30};

/// A VM of the real banger-vm with a program in Firecracker's place, in a folder of its own. When
/// it goes, whatever still runs of it is killed.
class FakeMachine {
  public:
    FakeMachine();
    FakeMachine(const FakeMachine&) = delete;
    FakeMachine& operator=(const FakeMachine&) = delete;
    ~FakeMachine();

    supervisor::Supervised launch();
    /// Of a launch that must fail: the error's kind and message. Nothing is left of it.
    [[nodiscard]] std::string refusal();

    /// The end as exit.json tells it, once all is over and nothing else is left.
    [[nodiscard]] vmm::Exit end_of(const supervisor::Supervised& vm) const;
    [[nodiscard]] std::string console() const;
    [[nodiscard]] bool console_has(const std::string& text) const; ///< waits for it
    [[nodiscard]] std::vector<std::string> run_files() const;
    /// The next event of this name, or an empty string at the end of the stream.
    [[nodiscard]] static std::string wait_event(int fd, const std::string& name);

    [[nodiscard]] const std::filesystem::path& run_dir() const { return plan.run_dir; }
    [[nodiscard]] std::string step(std::size_t number) const; ///< "PUT /vsock"; 0 is the first

    vmm::SupervisorPlan plan;
    /// How the fake behaves: support/fake_firecracker/script.hpp.
    nlohmann::json script = nlohmann::json::object();

  private:
    os::TemporaryDir dir_;
    std::vector<supervisor::Supervised> launched_;
};

} // namespace banger::test
