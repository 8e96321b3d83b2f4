#include "net/link.hpp"
#include "net/netlink.hpp"
#include "net/route.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace banger::net {
namespace {

TEST(Link, TheLoopbackIsThere) {
    Netlink netlink;
    const auto found = find_link(netlink, "lo");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->index, 1);
    const auto all = links(netlink);
    EXPECT_TRUE(std::any_of(all.begin(), all.end(),
                            [](const Link& link) { return link.name == "lo" && link.mtu > 0; }));
    EXPECT_NO_THROW((void)routes());
}

TEST(Link, AMissingOneIsAValueAndTheSocketGoesOn) {
    Netlink netlink;
    EXPECT_FALSE(find_link(netlink, "bgrnosuch"));
    EXPECT_FALSE(find_link(netlink, "bgrnosuch"));
    EXPECT_TRUE(find_link(netlink, "lo"));
}

} // namespace
} // namespace banger::net
