#include "privileged/arguments.hpp"

#include "net/address.hpp"
#include "net/mac.hpp"
#include "os/error.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

TEST(Arguments, OnlyOurNamesPass) {
    for (const char* good : {"banger", "banger0", "banger-work", "bangerabcdefghi"}) {
        EXPECT_TRUE(is_bridge_name(good)) << good;
    }
    for (const char* bad : {"", "eth0", "docker0", "Banger", "bange", "banger/..", "banger.1",
                            "banger 1", "bangerabcdefghij", "banger%d", "xbanger"}) {
        EXPECT_FALSE(is_bridge_name(bad)) << bad;
    }
    for (const char* good : {"bgr0", "bgrzz9", "bgr0123456789ab"}) {
        EXPECT_TRUE(is_tap_name(good)) << good;
    }
    for (const char* bad :
         {"", "bgr", "bgr-1", "bgrA", "bgr0123456789abc", "tap0", "bgr/../x", "bgr%d", "eth0"}) {
        EXPECT_FALSE(is_tap_name(bad)) << bad;
    }
    EXPECT_FALSE(is_tap_name(std::string_view("bgr1\0x", 6)));
}

TEST(Arguments, NumbersAreWholeAndInTheirRange) {
    for (const char* bad : {"-1", "1.5", "\"1500\"", "1e3", "575", "65536", "true", "null",
                            "18446744073709551615", "99999999999999999999999"}) {
        const json object = json::parse(std::string("{\"mtu\":") + bad + "}");
        Arguments arguments(object);
        EXPECT_THROW((void)arguments.mtu("mtu"), os::Error) << bad;
    }
    const json object = {{"mtu", 9000}, {"uid", 4294967295U}};
    Arguments arguments(object);
    EXPECT_EQ(arguments.mtu("mtu"), 9000);
    EXPECT_EQ(arguments.mtu("absent"), 1500);
    EXPECT_THROW((void)arguments.uid("uid"), os::Error) << "means no user";
}

TEST(Arguments, AddressesArePrivateHostsOfASmallNetwork) {
    const auto read = [](const char* text) {
        const json object = {{"address", text}};
        return Arguments(object).address("address");
    };
    EXPECT_EQ(read("172.30.88.1/24").text(), "172.30.88.1/24");
    for (const char* bad : {"8.8.8.8/24", "172.30.88.0/24", "172.30.88.255/24", "10.0.0.1/8",
                            "10.0.0.1/31", "10.0.0.1", "127.0.0.1/24", "169.254.1.1/24"}) {
        EXPECT_THROW((void)read(bad), os::Error) << bad;
    }
}

TEST(Arguments, ACardHasOneAddress) {
    const auto read = [](const char* text) {
        const json object = {{"mac", text}};
        return Arguments(object).mac("mac");
    };
    EXPECT_EQ(read("02:00:00:00:00:07").text(), "02:00:00:00:00:07");
    for (const char* bad : {"", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:80:c2:00:00:0e",
                            "02:00:00:00:00", "02:00:00:00:00:07:08"}) {
        EXPECT_THROW((void)read(bad), os::Error) << bad;
    }
}

TEST(Arguments, AnUnknownKeyIsNamed) {
    const json object = {{"tap", "bgr1"}, {"command", "rm"}};
    Arguments arguments(object);
    EXPECT_EQ(arguments.tap("tap"), "bgr1");
    try {
        arguments.finish();
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(), "unknown argument \"command\"");
    }
    const json list = json::array();
    EXPECT_THROW(Arguments{list}, os::Error);
}

} // namespace
} // namespace banger::privileged
