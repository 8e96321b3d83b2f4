#include "init/device_nodes.hpp"

#include <gtest/gtest.h>

namespace banger::init {
namespace {

TEST(DeviceNodes, ReadsDepmodsList) {
    const auto nodes = parse_device_names("# Device nodes to trigger on-demand module loading.\n"
                                          "fuse fuse c10:229\n"
                                          "tun net/tun c10:200\n"
                                          "loop loop0 b7:0\n"
                                          "bad ../x c1:1\n"
                                          "cut off\n");
    ASSERT_EQ(nodes.size(), 3U);
    EXPECT_EQ(nodes[0].name, "fuse");
    EXPECT_EQ(nodes[1].name, "net/tun");
    EXPECT_EQ(nodes[1].major_number, 10U);
    EXPECT_EQ(nodes[1].minor_number, 200U);
    EXPECT_TRUE(nodes[2].block);
}

} // namespace
} // namespace banger::init
