#pragma once

#include "net/link.hpp"
#include "os/unique_fd.hpp"
#include "privileged/client.hpp"
#include "support/fake_host.hpp"
#include "support/network_namespace.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace banger::test {

/// Holds a tap as a VMM does.
os::UniqueFd open_tap(const std::string& name);

/// The built plugin, in a host of the SDK's tables, on real taps and a real bridge.
class TapPoolTest : public testing::Test {
  protected:
    void SetUp() override;

    /// The one before ends without a word. What was kept in the store of this folder is there
    /// again.
    void start_daemon(const char* config = R"({"size":2,"min_age_s":0})",
                      const char* state_dir = "/home/a/state/tap-pool");
    CallResult daemon_hook(banger_status (*banger_daemon_hooks::*hook)(void*, banger_call*));
    CallResult reconcile_all() { return daemon_hook(&banger_daemon_hooks::reconcile_all); }
    void stop_daemon();

    CallResult footprint();
    CallResult footprint_of(const FakeVm& vm);
    CallResult release(const nlohmann::json& object);

    static std::size_t taps();
    static std::optional<net::Link> link(const std::string& name);

    NetworkNamespace space_;
    std::vector<std::string> verbs_; ///< the privileged steps, with their arguments
    privileged::Client client_{
        BANGER_PRIV, privileged::Mode::root,
        [this](const privileged::CallRecord& record) { verbs_.push_back(record.command); }};
    std::string state_dir_;
    std::optional<FakeHost> host_;
    FakeVm vm_{"aaaaaaaaaaaa"};
};

constexpr auto before_start = &banger_vm_lifecycle::before_start;
constexpr auto after_start = &banger_vm_lifecycle::after_start;
constexpr auto after_stop = &banger_vm_lifecycle::after_stop;
constexpr auto reconcile = &banger_vm_lifecycle::reconcile;

} // namespace banger::test
