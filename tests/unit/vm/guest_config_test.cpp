#include "vm/guest_config.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace {

using os::Error;

std::string message_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(GuestConfig, TheSameValueTwiceIsFineADifferentOneNamesBothOwners) {
    GuestConfig config;
    config.kernel_arg("banger", "console", "ttyS0");
    config.kernel_arg("dns", "console", "ttyS0");
    EXPECT_EQ(message_of([&] { config.kernel_arg("dns", "console", "hvc0"); }),
              "kernel_arg:console is set by both banger and dns, to different values");
    EXPECT_EQ(config.kernel_args(), std::vector<std::string>{"console=ttyS0"});
}

TEST(GuestConfig, AnOverrideNeedsTheConfiguration) {
    GuestConfig config([](std::string_view owner, std::string_view field) {
        return owner == "dns" && field == "file:/etc/resolv.conf";
    });
    config.file("banger", {.path = "/etc/resolv.conf", .data = "a"});
    EXPECT_EQ(
        message_of([&] { config.file("nat", {.path = "/etc/resolv.conf", .data = "b"}, true); }),
        "nat may not override file:/etc/resolv.conf of banger");
    config.file("dns", {.path = "/etc/resolv.conf", .data = "c"}, true);
    const auto hint = [&](const std::string& path) {
        try {
            config.file("banger", {.path = path, .data = "x"});
            config.file("dns", {.path = path, .data = "y"});
        } catch (const Error& error) {
            return error.hint();
        }
        return std::string("nothing was thrown");
    };
    EXPECT_EQ(hint("/etc/motd"), "dns does not ask to override (BANGER_OVERRIDE); disable one of "
                                 "them, or change what one of them gives");
    EXPECT_EQ(config.merged_json()["files"][0]["owner"], "dns");
    EXPECT_EQ(config.guest_json()["files"][0]["data"], "Yw==");
}

TEST(GuestConfig, AnOverrideThatIsAllowedAndNotAskedForIsToldSo) {
    GuestConfig config([](std::string_view, std::string_view) { return true; });
    config.kernel_arg("nat", "quiet", "1");
    try {
        config.kernel_arg("dns", "quiet", "2");
        FAIL() << "no conflict";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(),
                     "kernel_arg:quiet is set by both nat and dns, to different values");
        EXPECT_EQ(error.hint(), "dns does not ask to override (BANGER_OVERRIDE), so its "
                                "allow_override has no effect; disable one of them, or change what "
                                "one of them gives");
    }
}

TEST(GuestConfig, FreezeEndsChanges) {
    GuestConfig good;
    good.kernel_arg("p", "quiet", "");
    good.freeze();
    EXPECT_THROW(good.kernel_arg("p", "a", "b"), Error);
}

TEST(GuestConfig, SecretsAreNotInTheMergedView) {
    GuestConfig config;
    config.guest("banger", "ssh_host_keys", {{{"private", "SECRET"}}});
    config.guest("banger", "hostname", "testbox");
    EXPECT_EQ(config.merged_json().dump().find("SECRET"), std::string::npos);
    EXPECT_EQ(config.guest_json()["hostname"], "testbox");
}

} // namespace
} // namespace banger::vm
