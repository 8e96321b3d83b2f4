#include "init/disks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::init {
namespace {

const std::vector<std::string> roles{"base", "overlay", "work"};

std::vector<std::string> nodes(const std::vector<Disk>& disks) {
    std::vector<std::string> out;
    for (const Disk& disk : disks) {
        out.push_back(disk.node);
    }
    return out;
}

TEST(Disks, SerialsWinOverLabelsAndOrder) {
    const std::vector<Disk> disks{
        {"/dev/vda", "work", "bgr-base"}, {"/dev/vdb", "base", ""}, {"/dev/vdc", "overlay", ""}};
    EXPECT_THAT(nodes(assign(disks, roles, false)),
                testing::ElementsAre("/dev/vdb", "/dev/vdc", "/dev/vda"));
}

TEST(Disks, LabelsServeWhereTheVmmSetsNoSerial) {
    const std::vector<Disk> disks{{"/dev/vda", "", "bgr-work"},
                                  {"/dev/vdb", "", "bgr-overlay"},
                                  {"/dev/vdc", "", "bgr-base"}};
    EXPECT_THAT(nodes(assign(disks, roles, false)),
                testing::ElementsAre("/dev/vdc", "/dev/vdb", "/dev/vda"));
}

TEST(Disks, OrderIsTheLastResortAndPassesOverNamedDisks) {
    const std::vector<Disk> disks{{"/dev/vda", "extra", ""},
                                  {"/dev/vdb", "", ""},
                                  {"/dev/vdc", "", "bgr-overlay"},
                                  {"/dev/vdd", "", ""}};
    EXPECT_THAT(nodes(assign(disks, roles, false)), testing::ElementsAre("", "/dev/vdc", ""));
    EXPECT_THAT(nodes(assign(disks, roles, true)),
                testing::ElementsAre("/dev/vdb", "/dev/vdc", "/dev/vdd"));
}

TEST(Disks, AreDescribedForTheConsole) {
    EXPECT_EQ(describe({}), "no virtio disk at all");
    EXPECT_EQ(describe({{"/dev/vda", "base", ""}}), "/dev/vda (serial base, label none)");
}

} // namespace
} // namespace banger::init
