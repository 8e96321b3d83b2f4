#include "vm/state.hpp"

#include <gtest/gtest.h>

namespace banger::vm {
namespace {

TEST(State, NamesRoundTrip) {
    for (int i = 0; i <= static_cast<int>(State::cleanup_pending); ++i) {
        const auto state = static_cast<State>(i);
        EXPECT_EQ(find_state(to_string(state)), state);
    }
    EXPECT_EQ(find_state("sleeping"), std::nullopt);
}

TEST(State, ADeletedOrStoppedVmDoesNotRunAtOnce) {
    EXPECT_FALSE(may_become(State::stopped, State::running));
    EXPECT_FALSE(may_become(State::deleting, State::starting));
    EXPECT_TRUE(may_become(State::running, State::crashed));
    EXPECT_TRUE(may_become(State::crashed, State::starting));
}

} // namespace
} // namespace banger::vm
