#include "state/io_counters.hpp"

#include "proc_folder.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace web {
namespace {

class IoCountersTest : public testing::Test {
  protected:
    test::ProcFolder proc;
};

TEST_F(IoCountersTest, OfAProcessAreWhatWentToDisks) {
    proc.write("4711/io", "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 4096\n"
                          "write_bytes: 8192\ncancelled_write_bytes: 5\n");
    const auto io = process_io(proc.path(), 4711).value();
    EXPECT_EQ(io.in, 4096U);
    EXPECT_EQ(io.out, 8192U);
    EXPECT_FALSE(process_io(proc.path(), 4712)) << "is gone, or another user's";
    proc.write("4713/io", "rchar: 1\n");
    EXPECT_FALSE(process_io(proc.path(), 4713));
}

TEST_F(IoCountersTest, OfTheDiskThatAFolderIsOn) {
    struct stat place {};
    ASSERT_EQ(::stat(proc.path().c_str(), &place), 0);
    const std::string numbers =
        std::to_string(major(place.st_dev)) + " " + std::to_string(minor(place.st_dev));
    EXPECT_FALSE(disk_io(proc.path(), proc.path()));
    proc.write("diskstats", "   7  4095 loop9 1 2 3 4 5 6 7 8 9 10 11\n " + numbers +
                                " nvme0n1p2 100 5 20 7 300 9 40 11 0 13 14\n");
    const auto io = disk_io(proc.path(), proc.path()).value();
    EXPECT_EQ(io.in, 20U * 512);
    EXPECT_EQ(io.out, 40U * 512);
    EXPECT_FALSE(disk_io(proc.path(), "/nonexistent"));
    EXPECT_FALSE(disk_io(proc.path(), ""));
}

TEST_F(IoCountersTest, OfTheCardsThatLeadOut) {
    EXPECT_FALSE(network_io(proc.path()));
    proc.write("net/dev", "Inter-|   Receive    |  Transmit\n face |bytes packets\n"
                          "    lo: 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n"
                          "  eth0: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n"
                          " wlan0:100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n"
                          "banger: 5000 1 0 0 0 0 0 0 6000 1 0 0 0 0 0 0\n");
    EXPECT_FALSE(network_io(proc.path())) << "none leads out";
    const std::string head = "Iface\tDestination\tGateway\tFlags\n";
    proc.write("net/route", head + "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n"
                                   "eth0\t00000000\t020200C0\t0003\t0\t0\t9\t00000000\n"
                                   "banger\t005810AC\t00000000\t0001\t0\t0\t0\t00FFFFFF\n");
    EXPECT_EQ(network_io(proc.path())->in, 1000U);
    EXPECT_EQ(network_io(proc.path())->out, 2000U);
    const std::string none(32, '0');
    proc.write("net/ipv6_route", none + " 00 " + none + " 00 " + none +
                                     " ffffffff 1 0 00200200 lo\n" + none + " 00 " + none + " 00 " +
                                     none + " 00000400 1 0 00000003 wlan0\n" + none + " 40 " +
                                     none + " 00 " + none + " 00000400 1 0 00000003 banger\n");
    EXPECT_EQ(network_io(proc.path())->in, 1100U);
    EXPECT_EQ(network_io(proc.path())->out, 2200U);
}

TEST_F(IoCountersTest, AreNoneOfWhatCannotBeRead) {
    proc.write("diskstats", "what\n\n8 x\n");
    proc.write("net/dev", "eth0\n:\n eth0: what\n");
    proc.write("net/route", "eth0\n\neth0 00000000\n");
    EXPECT_FALSE(disk_io(proc.path(), proc.path()));
    EXPECT_FALSE(network_io(proc.path()));
}

} // namespace
} // namespace web
