#include "account.hpp"
#include "counters.hpp"
#include "failed_units.hpp"
#include "kernel_log.hpp"
#include "sockets.hpp"
#include "titles.hpp"
#include "words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agent {
namespace {

using testing::ElementsAre;

TEST(SocketsTest, ReadsTheKernelsTables) {
    const auto sockets = parse_tcp(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout inode\n"
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        "
        "0 771 1 0 100 0 0 10 0\n"
        "   1: 020011AC:0016 010011AC:C350 01 00000000:00000000 02:000A7D0B 00000000     0        "
        "0 812 4 0 20 4 30 10 -1\n"
        "   2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000     0        0 5 1 0\n"
        "   3: broken\n   4: XX:YY 0:0 0A 0 0 0 0 0 0 x\n");
    ASSERT_EQ(sockets.size(), 3U);
    EXPECT_EQ(sockets[0].address, "127.0.0.1");
    EXPECT_EQ(sockets[0].port, 8080);
    EXPECT_EQ(sockets[0].state, tcp_listen);
    EXPECT_EQ(sockets[0].inode, 771U);
    EXPECT_EQ(sockets[1].state, tcp_established);
    EXPECT_EQ(sockets[2].address, "::1");
    EXPECT_TRUE(listens(sockets, 80));
    EXPECT_FALSE(listens(sockets, 22));
}

TEST(CountersTest, ReadsCpuAndMemory) {
    const CpuTimes times = parse_stat("cpu  10 1 20 300 4 5 6 7 0 0\ncpu0 5 0 0 0\ncpu1 5 0 0 0\n"
                                      "intr 1 2 3\n");
    EXPECT_EQ(times.count, 2U);
    EXPECT_EQ(times.user, 11U);
    EXPECT_EQ(times.system, 31U);
    EXPECT_EQ(times.idle, 300U);
    EXPECT_EQ(times.iowait, 4U);
    EXPECT_EQ(times.steal, 7U);
    const MemoryUse use = parse_meminfo("MemTotal:  100 kB\nMemFree: 1 kB\nMemAvailable: 50 kB\n"
                                        "Cached: 7 kB\nSwapTotal: 0 kB\nSwapFree: x kB\n\n");
    EXPECT_EQ(use.total, 102400U);
    EXPECT_EQ(use.available, 51200U);
    EXPECT_EQ(use.cached, 7168U);
    EXPECT_EQ(use.swap_free, 0U);
    EXPECT_THAT(parse_loadavg("0.50 0.25 1.00 1/31 400\n"), ElementsAre(0.5, 0.25, 1.0));
    EXPECT_THAT(parse_loadavg(""), ElementsAre(0, 0, 0));
}

TEST(CountersTest, ReadsInterfacesWithoutTheLoopback) {
    const auto found =
        parse_net_dev("Inter-|   Receive    |  Transmit\n face |bytes packets errs|bytes packets\n"
                      "    lo: 1 2 0 0 0 0 0 0 3 4 0 0 0 0 0 0\n"
                      "  eth0:1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0\n  short: 1 2\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].name, "eth0");
    EXPECT_EQ(found[0].rx_bytes, 1000U);
    EXPECT_EQ(found[0].rx_packets, 10U);
    EXPECT_EQ(found[0].tx_bytes, 2000U);
    EXPECT_EQ(found[0].tx_packets, 20U);
}

TEST(CountersTest, ReadsEachDiskOnce) {
    const auto mounts =
        parse_mounts("20 1 0:19 / / rw,relatime - overlay overlay rw,lowerdir=/x\n"
                     "21 20 0:5 / /dev rw shared:1 - devtmpfs devtmpfs rw\n"
                     "22 20 254:32 / /root rw shared:2 master:1 - ext4 /dev/vdc rw\n"
                     "23 20 254:32 /a /mnt\\040x rw - ext4 /dev/vdc rw\n"
                     "24 20 254:48 / /mnt\\040x rw - xfs /dev/vdd rw\nrubbish\n1 2 3 4 5 -\n");
    ASSERT_EQ(mounts.size(), 3U);
    EXPECT_EQ(mounts[0].path, "/");
    EXPECT_FALSE(mounts[0].on_disk);
    EXPECT_EQ(mounts[1].path, "/root");
    EXPECT_TRUE(mounts[1].on_disk);
    EXPECT_EQ(mounts[2].path, "/mnt x");
}

TEST(AccountTest, IsFoundWithItsGroups) {
    const char* passwd = "root:x:0:0:root:/root:/bin/bash\njoe:x:1000:1000:,,,:/home/joe:/bin/sh\n"
                         "bad:x:one:1:x:/:/bin/sh\nshort:x:1\n";
    const char* group = "root:x:0:\nsudo:x:27:joe,ann\ndocker:x:99:ann\njoe:x:1000:joe\nx\n";
    const auto joe = find_account("joe", passwd, group);
    ASSERT_TRUE(joe);
    EXPECT_EQ(joe->uid, 1000U);
    EXPECT_EQ(joe->home, "/home/joe");
    EXPECT_THAT(joe->groups, ElementsAre(1000U, 27U));
    EXPECT_TRUE(find_account("root", passwd, group));
    for (const char* name : {"", "ann", "bad", "short", "jo"}) {
        EXPECT_FALSE(find_account(name, passwd, group)) << name;
    }
}

TEST(TitlesTest, ReadsATitleAsPeopleSeeIt) {
    EXPECT_FALSE(parse_title("SSH-2.0-OpenSSH_9.2").http);
    EXPECT_TRUE(parse_title("HTTP/1.0 200 OK\r\n\r\n").http);
    EXPECT_FALSE(parse_title("HTTP/1.0 200 OK\r\n\r\n<title>unfinished").text);
    EXPECT_FALSE(parse_title("HTTP/1.1 200 OK\r\n\r\n<title> \n </title>").text);
    EXPECT_EQ(
        *parse_title("HTTP/1.1 200 OK\r\n\r\n<TITLE a='b'>\n  A &amp;\tB &lt;c\x01\n</TITLE>").text,
        "A & B <c?");
    const auto lang =
        parse_title("HTTP/1.1 200 OK\r\n\r\n<title>" + std::string(199, 'x') + "\xc3\xa4</title>");
    EXPECT_EQ(lang.text->size(), 199U);
}

TEST(FailedUnitsTest, AreTheFirstWords) {
    EXPECT_THAT(parse_failed_units("x.service loaded failed failed Some thing\n"
                                   "y.mount not-found failed failed /y\n\nshort\n"),
                ElementsAre("x.service", "y.mount"));
    EXPECT_TRUE(parse_failed_units("").empty());
}

TEST(KernelLogTest, ShowsTimeAndText) {
    EXPECT_EQ(kernel_line("6,339,5140900,-;NET: hello\n SUBSYSTEM=net\n"),
              "[    5.140900] NET: hello\n");
    EXPECT_EQ(kernel_line("rubbish"), "");
    EXPECT_EQ(kernel_line("x;y"), "[    0.000000] y\n");
}

TEST(WordsTest, CutsBetweenCharacters) {
    EXPECT_EQ(printable("a\x1b[0m\n", 100), "a?[0m?");
    EXPECT_EQ(printable("a\xc3\xa4", 2), "a");
    EXPECT_FALSE(parse_number(""));
    EXPECT_FALSE(parse_number("+1"));
    EXPECT_FALSE(parse_number("1 "));
    EXPECT_EQ(parse_number("ff", 16), 255U);
}

} // namespace
} // namespace agent
