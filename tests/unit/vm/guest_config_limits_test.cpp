#include "vm/guest_config.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace {

using os::Error;

class Limits : public testing::Test {
  protected:
    std::string refused(const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& error) {
            return error.what();
        }
        return "nothing was thrown";
    }
    std::string arg(const std::string& key, const std::string& value = "") {
        return refused([&] { config.kernel_arg("p", key, value); });
    }
    std::string drive(const std::string& id, const std::string& path) {
        return refused([&] { config.drive("p", {.id = id, .path = path}); });
    }
    std::string nic(const std::string& tap, const std::string& address, unsigned mtu = 1500,
                    const std::string& id = "eth0") {
        return refused(
            [&] { config.nic("p", {.id = id, .tap = tap, .mac = address, .mtu = mtu}); });
    }
    std::string file(GuestFile wanted) {
        return refused([&] { config.file("p", std::move(wanted)); });
    }

    GuestConfig config;
    const std::string good = "nothing was thrown";
    const std::string mac = "02:00:00:00:00:01";
};

TEST_F(Limits, KernelArguments) {
    const std::string from = "kernel argument 'k' from p: ";
    EXPECT_EQ(arg(""), "kernel argument '' from p: its name must be printable ASCII without "
                       "spaces, '=' and '\"'");
    EXPECT_EQ(arg("a b"), "kernel argument 'a b' from p: its name must be printable ASCII without "
                          "spaces, '=' and '\"'");
    EXPECT_EQ(arg("--"), "kernel argument '--' from p: it would end the kernel's arguments");
    EXPECT_EQ(arg(std::string(65, 'k')), "kernel argument '" + std::string(65, 'k') +
                                             "' from p: its name has 65 bytes, at most 64");
    EXPECT_EQ(arg("k", "a b"),
              from + "its value 'a b' must be printable ASCII without spaces and '\"'");
    EXPECT_EQ(arg("k", "a\"b"),
              from + "its value 'a\"b' must be printable ASCII without spaces and '\"'");
    EXPECT_EQ(arg("k", "\xff"), from + "its value '\xef\xbf\xbd' must be printable ASCII without "
                                       "spaces and '\"'");
    EXPECT_EQ(arg("k", std::string(1025, 'x')), from + "its value has 1025 bytes, at most 1024");
    EXPECT_EQ(arg(std::string(64, 'k'), std::string(1024, 'x')), good);
}

TEST_F(Limits, NumberOfKernelArgumentsAndTheirLine) {
    for (int i = 0; i < 128; ++i) {
        config.kernel_arg("p", "k" + std::to_string(i), "");
    }
    EXPECT_EQ(arg("more"),
              "kernel argument 'more' from p: a VM takes at most 128 kernel arguments");
    EXPECT_EQ(arg("k0", ""), good); // it is one of them

    GuestConfig line;
    line.kernel_arg("p", "a", std::string(1024, 'x'));
    line.kernel_arg("p", "b", std::string(761, 'x')); // 1 + 1027 + 764
    line.freeze();
    GuestConfig longer;
    longer.kernel_arg("p", "a", std::string(1024, 'x'));
    longer.kernel_arg("p", "b", std::string(762, 'x'));
    EXPECT_EQ(refused([&] { longer.freeze(); }),
              "the kernel command line would have 1793 bytes, at most 1792 of plugins; the rest of "
              "2048 is the VMM driver's");
    GuestConfig drivers;
    drivers.kernel_arg("p", "console", "hvc0");
    EXPECT_EQ(refused([&] { drivers.freeze(); }),
              "kernel argument 'console' from p: the VMM driver sets it");
}

TEST_F(Limits, Drives) {
    const std::string from = "drive 'd' from p: host_path ";
    EXPECT_EQ(drive("1st", "/x"), "drive '1st' from p: its id must be a letter, then letters, "
                                  "digits, '-', '_' and '.'");
    EXPECT_EQ(drive("a-name-that-is-longer", "/x"),
              "drive 'a-name-that-is-longer' from p: its id has 21 bytes, at most 20");
    EXPECT_EQ(drive("d", ""), from + "is empty");
    EXPECT_EQ(drive("d", "data.img"), from + "'data.img' is not absolute");
    EXPECT_EQ(drive("d", "/a/../b"),
              from + "'/a/../b' is not in its normal form: no '.', '..', '//' or '/' at the end");
    EXPECT_EQ(drive("d", "/a/"),
              from + "'/a/' is not in its normal form: no '.', '..', '//' or '/' at the end");
    EXPECT_EQ(drive("d", "/a\xc3"), from + "'/a\xef\xbf\xbd' is not UTF-8 without a NUL byte");
    EXPECT_EQ(drive("d", std::string("/a\0b", 4)), from + "'/a b' is not UTF-8 without a NUL byte");
    EXPECT_EQ(drive("d", "/" + std::string(4095, 'x')), from + "has 4096 bytes, at most 4095");
    EXPECT_EQ(drive("d", "/" + std::string(256, 'x')),
              "drive 'd' from p: a name in its path has 256 bytes, at most 255");
    EXPECT_EQ(drive("d", "/var/lib/d.img"), good);
    EXPECT_EQ(refused([&] { config.drive("banger", {.id = "root", .path = "root.ext4"}); }), good);
}

TEST_F(Limits, OneHostFileIsOneDrive) {
    config.drive("q", {.id = "a", .path = "/var/lib/d.img"});
    EXPECT_EQ(drive("b", "/var/lib/d.img"),
              "drive 'b' from p: host_path '/var/lib/d.img' is drive 'a' of q");
    EXPECT_EQ(drive("a", "/var/lib/d.img"), good); // the same of both
}

TEST_F(Limits, Cards) {
    const std::string from = "network card 'eth0' from p: ";
    for (const char* tap : {"", "a/b", "a b", "a:b", ".", "..", "sixteen-bytes-xx"}) {
        EXPECT_EQ(nic(tap, mac), from + "tap '" + tap +
                                     "' is no name of an interface: 1 to 15 bytes of printable "
                                     "ASCII without spaces, '/' and ':'");
    }
    for (const char* wrong : {"", "02:00:00:00:00", "02-00-00-00-00-01", "02:00:00:00:00:0g"}) {
        EXPECT_EQ(nic("bgr0", wrong),
                  from + "mac '" + wrong + "' is no address such as 02:00:5e:10:00:01");
    }
    EXPECT_EQ(nic("bgr0", "01:00:5E:00:00:01"),
              from + "mac '01:00:5e:00:00:01' is not that of one card (unicast)");
    EXPECT_EQ(nic("bgr0", "00:00:00:00:00:00"),
              from + "mac '00:00:00:00:00:00' is not that of one card (unicast)");
    EXPECT_EQ(nic("bgr0", mac, 67), from + "mtu 67 is not 68 to 65535");
    EXPECT_EQ(nic("bgr0", mac, 65536), from + "mtu 65536 is not 68 to 65535");
    EXPECT_EQ(nic("bgr0", mac, 1500, "0th"), "network card '0th' from p: its id must be a letter, "
                                             "then letters, digits, '-', '_' and '.'");
    EXPECT_EQ(nic("fifteen-bytes-x", "0A:00:00:00:00:01", 68), good);
    EXPECT_EQ(config.nics()[0].mac, "0a:00:00:00:00:01");
}

TEST_F(Limits, OneTapAndOneAddressIsOneCard) {
    config.nic("q", {.id = "eth0", .tap = "bgr0", .mac = mac});
    EXPECT_EQ(nic("bgr0", "02:00:00:00:00:02", 1500, "eth1"),
              "network card 'eth1' from p: tap 'bgr0' is that of card 'eth0' of q");
    EXPECT_EQ(nic("bgr1", mac, 1500, "eth1"), "network card 'eth1' from p: mac "
                                              "'02:00:00:00:00:01' is that of card 'eth0' of q");
}

TEST_F(Limits, WhatTheVmmsCanTake) {
    for (int i = 0; i < 13; ++i) {
        config.drive("p", {.id = "d" + std::to_string(i), .path = "/d" + std::to_string(i)});
    }
    EXPECT_EQ(nic("bgr0", mac), good);
    EXPECT_EQ(drive("more", "/more"),
              "drive 'more' from p: a VM takes at most 14 drives and network cards together");
    EXPECT_EQ(nic("bgr1", "02:00:00:00:00:02", 1500, "eth1"),
              "network card 'eth1' from p: a VM takes at most 14 drives and network cards "
              "together");
}

TEST_F(Limits, Files) {
    const std::string from = "guest file '/f' from p: ";
    EXPECT_EQ(file({.path = "etc/x"}),
              "guest file 'etc/x' from p: guest_path 'etc/x' is not absolute");
    EXPECT_EQ(file({.path = "/"}), "guest file '/' from p: guest_path '/' is not in its normal "
                                   "form: no '.', '..', '//' or '/' at the end");
    EXPECT_EQ(file({.path = "/\xff"}), "guest file '/\xef\xbf\xbd' from p: guest_path "
                                       "'/\xef\xbf\xbd' is not UTF-8 without a NUL byte");
    EXPECT_EQ(file({.path = "/f", .mode = 010000}),
              from + "mode 4096 has more than permission bits: at most 4095 (07777)");
    EXPECT_EQ(file({.path = "/f", .uid = UINT32_MAX}),
              from + "uid 4294967295 is nobody's: at most 4294967294");
    EXPECT_EQ(file({.path = "/f", .gid = UINT32_MAX}),
              from + "gid 4294967295 is nobody's: at most 4294967294");
    EXPECT_EQ(file({.path = "/f", .data = std::string((1U << 20U) + 1, 'x')}),
              from + "data has 1048577 bytes, at most 1048576");
    EXPECT_EQ(file({.path = "/f", .mode = 07777, .uid = UINT32_MAX - 1, .gid = UINT32_MAX - 1}),
              good);
}

TEST_F(Limits, FilesTogether) {
    for (int i = 0; i < 256; ++i) {
        config.file("p", {.path = "/f" + std::to_string(i), .data = std::string(32768, 'x')});
    }
    EXPECT_EQ(file({.path = "/more"}), "guest file '/more' from p: a VM takes at most 256 files");
    config.file("p", {.path = "/f0", .data = std::string(32769, 'x')});
    EXPECT_EQ(refused([&] { config.freeze(); }),
              "the guest's files together have 8388609 bytes, at most 8388608");
    config.file("p", {.path = "/f0"});
    config.freeze();

    GuestConfig below;
    below.file("q", {.path = "/etc/x/y"});
    below.file("p", {.path = "/etc/x"});
    EXPECT_EQ(refused([&] { below.freeze(); }),
              "guest file '/etc/x/y' from q: it is below file '/etc/x' of p");
}

TEST_F(Limits, WhateverIsTakenCanBeWrittenAsJson) {
    std::string bytes;
    for (int c = 0; c < 256; ++c) {
        bytes += static_cast<char>(c);
    }
    static_cast<void>(arg(bytes, bytes));
    static_cast<void>(drive("d", "/" + bytes));
    static_cast<void>(nic(bytes, bytes));
    static_cast<void>(file({.path = "/" + bytes, .data = "x"}));
    config.drive("p", {.id = "u", .path = "/\xc3\xa9.img"});
    config.file("p", {.path = "/\xc3\xa9", .data = bytes}); // its content may be anything
    EXPECT_NO_THROW(static_cast<void>(config.merged_json().dump()));
    EXPECT_NO_THROW(static_cast<void>(config.guest_json().dump()));
    EXPECT_EQ(config.merged_json()["files"].size(), 1U);
    EXPECT_EQ(config.merged_json()["drives"].size(), 1U);
}

} // namespace
} // namespace banger::vm
