#include "terminal/tickets.hpp"

#include <gtest/gtest.h>

#include <set>

namespace web {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t me = 1000;
const std::string here = "127.0.0.1:7777";

ShellWish wish(const std::string& vm = "vm-1") {
    ShellWish made;
    made.vm_id = vm;
    made.uid = me;
    made.session = "s";
    made.seen = 7;
    return made;
}

class TicketsTest : public testing::Test { // T6
  protected:
    const Tickets::Clock::time_point now = Tickets::Clock::now();
    Tickets tickets;
};

TEST_F(TicketsTest, LetInOnce) {
    const std::string ticket = tickets.issue(wish(), here, now);
    const auto taken = tickets.take(ticket, me, here, now);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->vm_id, "vm-1");
    EXPECT_EQ(taken->session, "s");
    EXPECT_EQ(taken->seen, 7U);
    EXPECT_FALSE(tickets.take(ticket, me, here, now));
}

TEST_F(TicketsTest, AreGoodForThirtySeconds) {
    const std::string in_time = tickets.issue(wish(), here, now);
    const std::string late = tickets.issue(wish(), here, now);
    EXPECT_TRUE(tickets.take(in_time, me, here, now + seconds(29)));
    EXPECT_FALSE(tickets.take(late, me, here, now + seconds(30)));
    EXPECT_FALSE(tickets.take(late, me, here, now)); // whoever shows one has used it
}

TEST_F(TicketsTest, AreOfOneUserAndOneHost) {
    const std::string anothers = tickets.issue(wish(), here, now);
    EXPECT_FALSE(tickets.take(anothers, 0, here, now)); // not even root's
    EXPECT_FALSE(tickets.take(anothers, me, here, now));
    const std::string elsewhere = tickets.issue(wish(), here, now);
    EXPECT_FALSE(tickets.take(elsewhere, me, "localhost:7777", now));
    EXPECT_FALSE(tickets.take(elsewhere, me, here, now));
}

TEST_F(TicketsTest, AreOfWhatWasAskedForAlone) {
    const std::string first = tickets.issue(wish("vm-1"), here, now);
    const std::string second = tickets.issue(wish("vm-2"), here, now);
    EXPECT_EQ(tickets.take(second, me, here, now)->vm_id, "vm-2");
    EXPECT_EQ(tickets.take(first, me, here, now)->vm_id, "vm-1");
}

TEST_F(TicketsTest, AreNothingElse) {
    const std::string ticket = tickets.issue(wish(), here, now);
    for (const std::string& other :
         {std::string(), ticket + "A", ticket.substr(1), std::string(ticket.size(), 'A')}) {
        EXPECT_FALSE(tickets.take(other, me, here, now)) << other;
    }
    EXPECT_TRUE(tickets.take(ticket, me, here, now));
}

TEST_F(TicketsTest, AreAllDifferentAndLong) {
    std::set<std::string> all;
    for (int i = 0; i < 50; ++i) {
        all.insert(tickets.issue(wish(), here, now));
    }
    EXPECT_EQ(all.size(), 50U);
    EXPECT_EQ(all.begin()->size(), 43U); // 256 bits
}

TEST_F(TicketsTest, AreForgottenWhenThereAreTooMany) {
    const std::string first = tickets.issue(wish(), here, now - seconds(1));
    const std::string second = tickets.issue(wish(), here, now);
    for (std::size_t i = 0; i < Tickets::most - 1; ++i) {
        (void)tickets.issue(wish(), here, now);
    }
    EXPECT_FALSE(tickets.take(first, me, here, now));
    EXPECT_TRUE(tickets.take(second, me, here, now));
}

} // namespace
} // namespace web
