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
    EXPECT_EQ(config.merged_json()["files"][0]["owner"], "dns");
    EXPECT_EQ(config.guest_json()["files"][0]["data"], "Yw==");
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
