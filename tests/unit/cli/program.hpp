#pragma once

#include "support/fake_daemon.hpp"

#include "os/paths.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace banger::test {

/// The real program in a home of its own, against a fake daemon.
class ProgramTest : public ::testing::Test {
  protected:
    ProgramTest();

    struct Result {
        int code = 0;
        std::string out;
        std::string err;
    };
    /// Without a terminal.
    [[nodiscard]] Result run(const std::vector<std::string>& words,
                             const std::string& input = {}) const;

    /// On a terminal of 80 columns (all three streams): what appears, and the exit status.
    /// `react` is called with everything seen so far and types what it returns.
    [[nodiscard]] Result
    run_on_terminal(const std::vector<std::string>& words,
                    const std::function<std::string(const std::string&)>& react = {},
                    const std::vector<std::string>& variables = {}) const;

    void start_daemon();
    /// Requests for a change answered with an operation that takes these stages, 50 ms each, and
    /// ends in `state`.
    void operation(const std::string& request, const std::string& id, const std::string& kind,
                   const std::string& target, const std::vector<std::string>& stages,
                   const std::string& state = "succeeded", const std::string& error = "null");
    void vms(const std::vector<std::pair<std::string, std::string>>& names_and_states);

    [[nodiscard]] std::vector<std::string> environment() const;

    os::TemporaryDir home;
    os::UserPaths paths;
    std::unique_ptr<FakeDaemon> daemon;
};

[[nodiscard]] std::string operation_json(const std::string& id, const std::string& kind,
                                         const std::string& target, const std::string& state,
                                         const std::vector<std::string>& finished,
                                         const std::string& stage,
                                         const std::string& error = "null");
[[nodiscard]] std::string vm_json(const std::string& name, const std::string& state);

} // namespace banger::test
