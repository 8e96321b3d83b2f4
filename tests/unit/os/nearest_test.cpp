#include "os/nearest.hpp"

#include <gtest/gtest.h>

namespace banger::os {
namespace {

const std::vector<std::string> names{"testbox", "web-1", "web-2"};

TEST(Nearest, FindsSlips) {
    EXPECT_EQ(nearest("tetsbox", names), "testbox"); // swapped
    EXPECT_EQ(nearest("testbx", names), "testbox");  // left out
    EXPECT_EQ(nearest("web1", names), "web-1");
    EXPECT_EQ(nearest("--frce", {"--for", "--force"}), "--force");
}

TEST(Nearest, PrefersSwappedLetters) {
    EXPECT_EQ(nearest("stast", {"start", "stats"}), "stats");
    EXPECT_EQ(nearest("stast", {"stats", "start"}), "stats");
    EXPECT_EQ(nearest("web", {"web-1", "web"}), "web");
}

TEST(Nearest, FindsNothingFar) {
    EXPECT_EQ(nearest("database", names), std::nullopt);
    EXPECT_EQ(nearest("", names), std::nullopt);
    EXPECT_EQ(nearest("a", {"b"}), std::nullopt);
    EXPECT_EQ(nearest("a", {}), std::nullopt);
    EXPECT_EQ(nearest("bogus", {"logs"}), std::nullopt); // two of five
    EXPECT_EQ(nearest("--bogus", {"--nat", "--disk", "--force"}), std::nullopt);
    EXPECT_EQ(nearest(std::string(1000, 'a'), {"a"}), std::nullopt);
}

TEST(Nearest, IsPutIntoAMessage) {
    EXPECT_EQ(did_you_mean("tetsbox", names), "; did you mean 'testbox'?");
    EXPECT_EQ(did_you_mean("tetsbox", names, "vm "), "; did you mean 'vm testbox'?");
    EXPECT_EQ(did_you_mean("database", names), "");
}

} // namespace
} // namespace banger::os
