#pragma once

#include "board.hpp"
#include "os/temporary_dir.hpp"
#include "support/fake_agent.hpp"
#include "watcher.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vsock {

/// A watcher on its thread, and agents for it; samples every 100 ms.
class Watched : public testing::Test {
  public:
    using Agent = banger::test::FakeAgent;
    using Mood = Agent::Mood;

  protected:
    explicit Watched(std::chrono::milliseconds sample = std::chrono::milliseconds(100));
    ~Watched() override;

    Agent& start_agent(const std::string& vm_id, Mood mood = Mood::good);
    void stop_agent(const std::string& vm_id) { agents_.erase(vm_id); }
    void watch(const std::string& vm_id, int pid = 7, bool fresh = true);

    [[nodiscard]] GuestView view(const std::string& vm_id) const; ///< empty when there is none
    [[nodiscard]] std::vector<std::string> events() const;        ///< "TYPE VM", as they came
    [[nodiscard]] std::size_t count(const std::string& event) const;
    [[nodiscard]] std::string facts(const std::string& vm_id) const; ///< the last
    /// Fails the test when it does not become true in time.
    static void eventually(const std::function<bool()>& done,
                           std::chrono::milliseconds limit = std::chrono::seconds(20));

    Board board_;

  private:
    banger::os::TemporaryDir dir_{"vsock"};
    mutable std::mutex mutex_;
    std::vector<std::string> events_;
    std::map<std::string, std::string> facts_;
    std::map<std::string, std::unique_ptr<Agent>> agents_;
    Descriptor cancel_;

  protected:
    std::vector<std::string> warnings_;
    std::unique_ptr<Watcher> watcher_;

  private:
    std::thread thread_;
};

} // namespace vsock
