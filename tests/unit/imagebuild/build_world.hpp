#pragma once

#include "build_request.hpp"
#include "under_way.hpp"

#include <banger/plugin.hpp>
#include <banger/test/fake_host.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace imagebuild::test {

/// What the job of the next test does.
[[nodiscard]] std::function<void(banger::Host, banger::Job&)>& job_work();

/// A plugin around one job.
class OneJob {
  public:
    static constexpr const char* id = "one-job";
    static constexpr const char* name = "One job";
    static constexpr const char* version = "1.0.0";
    OneJob(banger::Host host, banger::Call&, std::string_view) : host_(host), operations_(host) {}
    void go(banger::Call& call, std::string_view);
    static constexpr banger_action cli[] = {banger::action<&OneJob::go>("go", "begins it")};

  private:
    banger::Host host_;
    banger::Operations operations_;
};

/// A daemon that answers all that a build asks, and programs that do well.
class BuildWorld : public testing::Test {
  protected:
    BuildWorld();
    ~BuildWorld() override;

    [[nodiscard]] std::string vm(const char* name, const char* state) const;
    /// Programs: ssh and cp do well, the tool says what it is to say. `fails_` is told of each.
    [[nodiscard]] banger::fake::ProgramEnd run(const banger::fake::Program& program,
                                               banger_call& call);
    [[nodiscard]] BuildRequest request() const;
    banger::fake::Job build(const BuildRequest& request);
    banger::fake::Job commit(bool stop);
    banger::fake::Job job(std::function<void(banger::Host, banger::Job&)> function);
    /// The requests that change something, in their order.
    [[nodiscard]] std::vector<std::string> changes() const;
    [[nodiscard]] bool ran(const std::string& part) const;
    /// Nothing is kept on this machine, and nobody holds the name.
    void expect_clean();

    static constexpr const char* done =
        R"({"id": "op-x", "kind": "x", "target": "y", "state": "succeeded"})";

    std::filesystem::path folder_;
    banger::fake::Host host_{&banger::Export<OneJob>::entry};
    UnderWay under_way_;
    std::vector<std::string> programs_;
    std::optional<std::string> fails_;
    int fails_with_ = 100;
    std::string fails_saying_ = "it does not work\n";
    std::vector<std::string> really_; ///< programs that are run, by how their line begins
    bool cancels_ = false;
};

} // namespace imagebuild::test
