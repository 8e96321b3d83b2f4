#include "board.hpp"
#include "descriptor.hpp"

#include <future>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/eventfd.h>

namespace vsock {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

GuestVm vm(const std::string& id, int pid = 7) {
    GuestVm vm;
    vm.id = id;
    vm.name = id;
    vm.pid = pid;
    return vm;
}

GuestView ready_view(const GuestVm& vm) {
    GuestView view;
    view.vm = vm;
    view.ready = true;
    return view;
}

class Waiting : public testing::Test {
  protected:
    std::future<Board::Outcome> wait(std::chrono::milliseconds limit = 10s) {
        return std::async(std::launch::async,
                          [this, limit] { return board_.wait_ready("a", cancel_.fd(), limit); });
    }
    Board board_;
    Descriptor cancel_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

TEST_F(Waiting, EndsWhenTheGuestIsReady) {
    const auto number = board_.open(vm("a"));
    auto first = wait();
    auto second = wait();
    EXPECT_EQ(first.wait_for(50ms), std::future_status::timeout);
    board_.put(number, ready_view(vm("a")));
    EXPECT_EQ(first.get(), Board::Outcome::ready);
    EXPECT_EQ(second.get(), Board::Outcome::ready);
    EXPECT_EQ(wait().get(), Board::Outcome::ready) << "at once: it has been";
}

TEST_F(Waiting, EndsWhenItIsCancelled) {
    (void)board_.open(vm("a"));
    auto waiting = wait();
    EXPECT_EQ(waiting.wait_for(50ms), std::future_status::timeout);
    ASSERT_EQ(::eventfd_write(cancel_.fd(), 1), 0);
    EXPECT_EQ(waiting.get(), Board::Outcome::cancelled);
}

TEST_F(Waiting, EndsWithTheVm) {
    (void)board_.open(vm("a"));
    auto waiting = wait();
    EXPECT_EQ(waiting.wait_for(50ms), std::future_status::timeout);
    board_.close("a");
    EXPECT_EQ(waiting.get(), Board::Outcome::gone);
    EXPECT_EQ(wait().get(), Board::Outcome::gone);
}

TEST_F(Waiting, HasATime) {
    (void)board_.open(vm("a"));
    EXPECT_EQ(wait(20ms).get(), Board::Outcome::timeout);
    EXPECT_EQ(wait(-1ms).get(), Board::Outcome::timeout);
    const auto number = board_.open(vm("a", 8));
    auto endless = wait(std::chrono::milliseconds::max());
    EXPECT_EQ(endless.wait_for(20ms), std::future_status::timeout);
    board_.put(number, ready_view(vm("a", 8)));
    EXPECT_EQ(endless.get(), Board::Outcome::ready);
}

TEST(BoardViews, AnEarlierWatchChangesNothing) {
    Board board;
    const auto first = board.open(vm("a", 7));
    EXPECT_EQ(board.open(vm("a", 7)), 0U) << "the same run";
    const auto second = board.open(vm("a", 8));
    EXPECT_NE(second, first);
    board.put(first, ready_view(vm("a", 7)));
    EXPECT_FALSE(board.find("a")->ready);
    board.put(second, ready_view(vm("a", 8)));
    EXPECT_TRUE(board.find("a")->ready);
    board.close("a");
    board.put(second, ready_view(vm("a", 8)));
    EXPECT_EQ(board.find("a"), nullptr);
}

TEST(Facts, AreWhatIsKnown) {
    GuestView view;
    EXPECT_EQ(json::parse(facts_json(view)), (json{{"state", "booting"}}));
    view.state = GuestState::ready;
    view.heard = Steady::now();
    EXPECT_EQ(json::parse(facts_json(view)).at("state"), "away");
    view.connected = true;
    view.heard_at = std::chrono::system_clock::time_point(1700000000123ms);
    view.version = "0.1.0";
    view.failed_units.emplace();
    view.ports.emplace();
    view.stats.emplace();
    view.cpu_percent = 12.5;
    const json facts = json::parse(facts_json(view));
    EXPECT_EQ(facts.at("state"), "ready");
    EXPECT_EQ(facts.at("heard_at"), "2023-11-14T22:13:20.123Z");
    EXPECT_EQ(facts.at("agent"), (json{{"version", "0.1.0"}}));
    EXPECT_EQ(facts.at("failed_units"), json::array());
    EXPECT_EQ(facts.at("ports"), (json{{"ports", json::array()}}));
    EXPECT_EQ(facts.at("stats").at("cpu").at("count"), 0);
    EXPECT_EQ(facts.at("cpu_percent"), 12.5);
}

TEST(Facts, AreNeverTooLong) {
    GuestView view;
    view.failed_units.emplace(256, std::string(128, '"'));
    view.ports.emplace(
        256, Port{std::string(64, '\\'), 1, std::string(32, '"'), 1, true, std::string(96, '"')});
    Stats stats;
    stats.disks.assign(256, {std::string(128, '"'), std::string(32, '"'), 1, 1, 1});
    stats.network.assign(256, {std::string(32, '"'), 1, 1, 1, 1});
    view.stats = stats;
    const std::string text = facts_json(view);
    EXPECT_LE(text.size(), 64U * 1024);
    EXPECT_GT(text.size(), 16U * 1024) << "it is cut, not emptied";
    EXPECT_TRUE(json::parse(text).is_object());
}

} // namespace
} // namespace vsock
