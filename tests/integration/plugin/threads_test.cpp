#include "plugin_host.hpp"

#include "plugin/actions.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// When the system has no thread left.
namespace banger::plugin {
namespace {

using testing::HasSubstr;

std::system_error none_left() {
    return {EAGAIN, std::generic_category(), "thread"};
}

TEST(Threads, LaterWorkWaitsForOne) {
    std::atomic<int> refusals{2};
    std::promise<void> done;
    Guard guard({}, [&](std::function<void()> body) {
        if (refusals.fetch_sub(1) > 0) {
            throw none_left();
        }
        return start_thread(std::move(body));
    });
    EXPECT_THROW(guard.post([] {}), std::system_error);
    guard.post_at(Call::Clock::now(), [&] { done.set_value(); });
    EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    EXPECT_LE(refusals, -1); // the second time it was refused, the third it was not
}

TEST(Threads, TakeNoSignalsAndLeaveThoseOfTheirStarter) {
    sigset_t before;
    sigset_t inside;
    sigset_t after;
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &before), 0);
    start_thread([&] { ::pthread_sigmask(SIG_SETMASK, nullptr, &inside); }).join();
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &after), 0);
    EXPECT_EQ(::sigismember(&inside, SIGTERM), 1);
    EXPECT_EQ(::sigismember(&after, SIGTERM), ::sigismember(&before, SIGTERM));
}

TEST(Threads, AnEventComesWhenThereIsOneAgain) {
    std::atomic<bool> left{true};
    PluginHost host;
    host.threads = [&](std::function<void()> body) {
        if (!left) {
            throw none_left();
        }
        return start_thread(std::move(body));
    };
    host.add("polite");
    ASSERT_EQ(host.load(), "");
    const Actions actions(*host.catalog);
    const auto run = [&](const char* verb, const char* args) {
        return actions.run("polite", "cli", verb, args, host.context);
    };
    left = false;
    std::string refused;
    while (refused.empty()) { // those that are there are used up
        refused = error_of([&] { run("job", R"({"do":"wait"})"); });
    }
    EXPECT_THAT(refused, HasSubstr("thread"));
    host.events.publish("vm.web", R"({"type":"vm.web"})");
    left = true;
    EXPECT_THAT(run("events", "{}").output.front().bytes, HasSubstr(R"({"type":"vm.web"})"));
    host.operations.cancel_all();
}

} // namespace
} // namespace banger::plugin
