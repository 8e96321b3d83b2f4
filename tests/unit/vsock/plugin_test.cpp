#include "os/temporary_dir.hpp"
#include "support/fake_agent.hpp"
#include "support/fake_host.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using namespace std::chrono_literals;
using banger::test::CallResult;
using banger::test::FakeAgent;
using banger::test::FakeHost;
using banger::test::FakeVm;
using nlohmann::json;
using testing::Contains;
using L = banger_vm_lifecycle;

/// The plugin as the daemon loads it.
class Plugin : public testing::Test {
  protected:
    Plugin() {
        vm_.id = "0123456789ab";
        vm_.state = BANGER_VM_RUNNING;
        vm_.pid = 7;
        vm_.run_dir = dir_.path().string();
        vm_.spec_json = R"({"ip": "172.30.88.7", "fqdn": "web.vm"})";
        host_.channels[vm_.id] = socket_;
        const auto& daemon = host_.table<banger_daemon_hooks>(BANGER_IFACE_DAEMON);
        EXPECT_EQ(host_.call(daemon.on_start).status, BANGER_OK);
    }
    CallResult wait() {
        return host_.ask(host_.table<banger_readiness>(BANGER_IFACE_READINESS).wait, vm_);
    }
    CallResult power() {
        const auto& services = host_.table<banger_guest_services>(BANGER_IFACE_GUEST_SERVICES);
        return host_.call([&](void* self, banger_call* call) {
            const banger_vm raw = raw_vm();
            return services.power(self, call, &raw, {"shutdown", 8}, {"why", 3});
        });
    }
    banger_vm raw_vm() const {
        const auto text = [](const std::string& value) {
            return banger_str{value.data(), value.size()};
        };
        return {sizeof(banger_vm), vm_.state,         text(vm_.id),
                text(vm_.id),      text(vm_.run_dir), text(vm_.spec_json),
                text(vm_.cookie),  vm_.pid,           0};
    }
    json action(const char* name, const char* args = "{}") {
        const CallResult result = host_.action(BANGER_IFACE_CLI, name, args);
        EXPECT_EQ(result.status, BANGER_OK) << result.message;
        return result.output.empty() ? json() : json::parse(result.output.front());
    }
    std::string link() {
        eventually([&] { return !action("ports").empty(); });
        return action("ports").at(0).at("url");
    }
    void dns_says(bool told) {
        host_.answers["POST /v1/plugins/dns/actions/cli/status"] =
            json{{"output", {{{"json", {{"host_resolver_told", told}}}}}}}.dump();
    }
    static void eventually(const std::function<bool()>& done) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!done() && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(5ms);
        }
        EXPECT_TRUE(done());
    }

    banger::os::TemporaryDir dir_{"vsock"};
    std::filesystem::path socket_ = dir_.path() / "guest.sock";
    FakeVm vm_;
    banger::privileged::Client none_{"/nonexistent", banger::privileged::Mode::none, {}};
    FakeHost host_{VSOCK_PLUGIN, R"({"sample_s": 1})", none_};
};

TEST_F(Plugin, SaysWhatItIs) {
    EXPECT_NE(host_.descriptor().flags & BANGER_PLUGIN_CONCURRENT, 0U);
    const auto& readiness = host_.table<banger_readiness>(BANGER_IFACE_READINESS);
    EXPECT_EQ(readiness.flags, BANGER_READINESS_SSH);
    EXPECT_STREQ(readiness.stage, "agent");
    EXPECT_NE(host_.table<L>(BANGER_IFACE_VM_LIFECYCLE).undo, nullptr);
}

TEST_F(Plugin, AStartWaitsForTheAgent) {
    EXPECT_EQ(host_.run(&L::after_start, vm_).status, BANGER_OK);
    FakeAgent agent(socket_);
    EXPECT_EQ(wait().status, BANGER_OK);
    eventually([&] {
        return json::parse(host_.facts(vm_.id)).value("state", "") == "ready" &&
               !action("ports").empty();
    });
    EXPECT_THAT(host_.published(), Contains("ready"));
    EXPECT_EQ(action("ls").at(0).at("state"), "ready");
    EXPECT_EQ(action("ports").at(0).at("url"), "http://172.30.88.7:8000/");
    const json stats = action("stats", R"({"vms": ["0123456789ab"]})").at(0);
    EXPECT_EQ(stats.at("memory_total_bytes").get<std::uint64_t>() >> 20U, 494U);
    EXPECT_EQ(stats.at("memory_used_bytes").get<std::uint64_t>() >> 20U, 110U);
    const CallResult other = host_.action(BANGER_IFACE_CLI, "stats", R"({"vms": ["another"]})");
    EXPECT_EQ(other.status, BANGER_E_NOT_FOUND);
    EXPECT_EQ(json::parse(host_.action(BANGER_IFACE_STATUS, "vsock").output.at(0)).at("value"),
              "1 of 1 answer");
    for (const char* check : {"agents", "guests"}) {
        EXPECT_EQ(json::parse(host_.action(BANGER_IFACE_DOCTOR, check).output.at(0)).at("severity"),
                  "ok");
    }
    EXPECT_EQ(host_.run(&L::after_stop, vm_).status, BANGER_OK);
    EXPECT_TRUE(action("ls").empty());
}

TEST_F(Plugin, LinksHaveNamesOnceItIsKnownThatTheyResolve) {
    dns_says(true);
    FakeAgent agent(socket_);
    EXPECT_EQ(host_.run(&L::after_start, vm_).status, BANGER_OK);
    EXPECT_EQ(link(), "http://172.30.88.7:8000/");
    EXPECT_TRUE(host_.requests.empty()); // a repeatable action waits for nobody
    EXPECT_EQ(host_.fire_timers(), 1U);
    EXPECT_EQ(link(), "http://web.vm:8000/");
    EXPECT_EQ(host_.requests.size(), 1U);
}

TEST_F(Plugin, LinksFollowWhatTheResolverIsTold) {
    FakeAgent agent(socket_);
    EXPECT_EQ(host_.run(&L::after_start, vm_).status, BANGER_OK);
    EXPECT_EQ(host_.fire_timers(), 1U); // no dns plugin
    EXPECT_EQ(link(), "http://172.30.88.7:8000/");
    EXPECT_EQ(host_.fire_timers(), 0U); // it has just been asked
    for (const bool told : {true, false}) {
        dns_says(told);
        std::size_t asked = 0; // who looks has it asked again
        eventually([&] {
            (void)action("ports");
            asked += host_.fire_timers();
            return asked == 1;
        });
        EXPECT_EQ(link(), told ? "http://web.vm:8000/" : "http://172.30.88.7:8000/");
    }
}

TEST_F(Plugin, AWaitEndsWhenItIsCancelled) {
    EXPECT_EQ(host_.run(&L::after_start, vm_).status, BANGER_OK);
    auto waiting = std::async(std::launch::async, [&] { return wait().status; });
    EXPECT_EQ(waiting.wait_for(50ms), std::future_status::timeout);
    const auto begin = std::chrono::steady_clock::now();
    host_.cancel();
    EXPECT_EQ(waiting.get(), BANGER_E_CANCELLED);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(Plugin, AStartThatIsTakenBack) {
    EXPECT_EQ(host_.run(&L::after_start, vm_).status, BANGER_OK);
    EXPECT_EQ(action("ls").size(), 1U);
    EXPECT_EQ(host_.undo(vm_, BANGER_HOOK_AFTER_START, BANGER_UNDO_PARTIAL).status, BANGER_OK);
    EXPECT_EQ(host_.undo(vm_, BANGER_HOOK_AFTER_START, BANGER_UNDO_RETRY).status, BANGER_OK);
    EXPECT_TRUE(action("ls").empty());
}

TEST_F(Plugin, ADaemonThatIsRestarted) {
    FakeAgent agent(socket_);
    EXPECT_EQ(host_.run(&L::reconcile, vm_).status, BANGER_OK);
    eventually([&] { return action("ls").at(0).at("state") == "ready"; });
    vm_.state = BANGER_VM_STOPPED;
    vm_.pid = 0;
    EXPECT_EQ(host_.run(&L::reconcile, vm_).status, BANGER_OK);
    EXPECT_TRUE(action("ls").empty());
    const auto& daemon = host_.table<banger_daemon_hooks>(BANGER_IFACE_DAEMON);
    EXPECT_EQ(host_.call(daemon.leave).status, BANGER_OK);
}

TEST_F(Plugin, AJournalIsReadFromItsGuest) {
    constexpr const char* args = R"({"vm": "0123456789ab", "lines": 20, "unit": "ssh.service"})";
    const auto ask = [&] { return host_.action(BANGER_IFACE_RPC, "journal", args); };
    EXPECT_EQ(ask().status, BANGER_E_NOT_FOUND) << "it does not run";
    EXPECT_EQ(host_.run(&L::after_start, vm_).status, BANGER_OK);
    EXPECT_EQ(ask().status, BANGER_E_UNAVAILABLE) << "it was never heard";
    FakeAgent agent(socket_);
    agent.set_features(R"(["health", "events", "stats", "ports", "time", "journal"])");
    EXPECT_EQ(wait().status, BANGER_OK);
    agent.answer("GET /v1/journal?lines=20&unit=ssh.service", "one\n\xff\x1b[1m two\n");
    const CallResult result = ask();
    ASSERT_EQ(result.status, BANGER_OK) << result.message;
    EXPECT_EQ(json::parse(result.output.at(0)),
              (json{{"text", "one\n\xef\xbf\xbd\x1b[1m two\n"}, {"cut", false}}));
    agent.set_features(R"(["health", "events"])");
    agent.set(FakeAgent::Mood::good); // it is heard anew
    eventually([&] { return ask().message.find("too old") != std::string::npos; });
}

TEST_F(Plugin, PowerIsForGuestsThatAnswer) {
    EXPECT_EQ(power().status, BANGER_E_UNAVAILABLE) << "it is not watched";
    EXPECT_EQ(host_.run(&L::after_start, vm_).status, BANGER_OK);
    EXPECT_EQ(power().status, BANGER_E_UNAVAILABLE) << "it was never heard";
    FakeAgent agent(socket_);
    EXPECT_EQ(wait().status, BANGER_OK);
    EXPECT_EQ(power().status, BANGER_E_UNAVAILABLE) << "its agent has no such endpoint";
    EXPECT_EQ(json::parse(agent.last_body("POST /v1/power")),
              (json{{"action", "shutdown"}, {"reason", "why"}}));
    agent.accept("POST /v1/power");
    EXPECT_EQ(power().status, BANGER_OK);
    agent.set(FakeAgent::Mood::stalled);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(power().status, BANGER_E_UNAVAILABLE);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
}

} // namespace
} // namespace vsock
