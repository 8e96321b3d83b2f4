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

TEST(Disks, TheHostsNamesByOrderGoBeforeWhatTheVmmShowsAsSerials) {
    std::vector<Disk> disks{{"/dev/vda", "2054012", ""},
                            {"/dev/vdb", "2054013", "bgr-base"},
                            {"/dev/vdc", "", ""},
                            {"/dev/vdd", "extra", ""}};
    name_disks(disks, disk_names("base,overlay,work"));
    EXPECT_THAT(nodes(assign(disks, roles, false)),
                testing::ElementsAre("/dev/vda", "/dev/vdb", "/dev/vdc"));
    EXPECT_EQ(disks[3].serial, "extra");
}

TEST(Disks, OnlyAQueueWithALimitOfDiscardsTakesThem) {
    EXPECT_TRUE(takes_discards("2147483136"));
    EXPECT_FALSE(takes_discards("0"));
    EXPECT_FALSE(takes_discards("")) << "a kernel that tells nothing";
}

TEST(Disks, ADiskThatCameFirstIsNotTakenForTheFirst) {
    std::vector<Disk> disks{{"/dev/vdb", "", ""}, {"/dev/vdaa", "", ""}, {"", "", ""}};
    name_disks(disks, {"base", "overlay", "work"});
    EXPECT_THAT(nodes(assign(disks, roles, false)), testing::ElementsAre("", "/dev/vdb", ""));
    name_disks(disks, {});
    EXPECT_EQ(disks[0].serial, "overlay");
}

TEST(Disks, NamesAreWhatStandsBetweenCommas) {
    EXPECT_TRUE(disk_names("").empty());
    EXPECT_THAT(disk_names("base"), testing::ElementsAre("base"));
    EXPECT_THAT(disk_names("base,,work"), testing::ElementsAre("base", "", "work"));
}

TEST(Disks, AreDescribedForTheConsole) {
    EXPECT_EQ(describe({}), "no virtio disk at all");
    EXPECT_EQ(describe({{"/dev/vda", "base", ""}}), "/dev/vda (serial base, label none)");
}

} // namespace
} // namespace banger::init
