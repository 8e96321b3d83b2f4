#include "config.hpp"

#include <banger/plugin.hpp>
#include <gtest/gtest.h>

namespace web {
namespace {

std::string why_not(const std::string& address) {
    try {
        const Config config = read_config(R"({"web_listen_addr":")" + address + "\"}");
        return "taken: " + config.address + " " + std::to_string(config.port);
    } catch (const banger::Error& error) {
        EXPECT_EQ(error.code(), BANGER_E_INVALID);
        return error.what();
    }
}

TEST(ConfigOfWeb, IsLoopbackAtPort7777) {
    for (const char* text : {"", "{}"}) {
        const Config config = read_config(text);
        EXPECT_EQ(config.address, "127.0.0.1");
        EXPECT_EQ(config.port, 7777);
        EXPECT_FALSE(config.other_port);
    }
    EXPECT_TRUE(read_config(R"({"other_port":true})").other_port);
    EXPECT_EQ(why_not("127.0.0.1:1024"), "taken: 127.0.0.1 1024");
    EXPECT_EQ(why_not("127.0.0.1:65535"), "taken: 127.0.0.1 65535");
    EXPECT_EQ(read_config(R"({"web_listen_addr":""})").address, "");
}

TEST(ConfigOfWeb, IsNothingButLoopback) { // T13
    for (const char* address :
         {"0.0.0.0:7777", "[::]:7777", "192.168.1.2:7777", "172.30.88.1:7777", "*:7777", ":7777",
          "example.org:7777", "127.0.0.2:7777", "[::1]:7777", "127.0.0.1.evil.test:7777"}) {
        const std::string why = why_not(address);
        EXPECT_EQ(why.find("web_listen_addr: "), 0U) << why;
        EXPECT_NE(why.find("this machine alone"), std::string::npos) << why;
    }
    // A name may lead elsewhere tomorrow: this one is the address, whatever a resolver says.
    EXPECT_EQ(why_not("localhost:7777"), "taken: 127.0.0.1 7777");
}

TEST(ConfigOfWeb, NamesAPort) {
    for (const char* address : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:80", "127.0.0.1:0",
                                "127.0.0.1:65536", "127.0.0.1:7777x", "127.0.0.1:-1", "7777"}) {
        EXPECT_NE(why_not(address).find("is not ADDRESS:PORT"), std::string::npos) << address;
    }
}

TEST(ConfigOfWeb, HasFoldersForThePicker) {
    EXPECT_TRUE(read_config("{}").file_roots.empty());
    EXPECT_EQ(read_config(R"({"file_roots":["/home/me//","/"]})").file_roots,
              (std::vector<std::string>{"/home/me", "/"}));
}

} // namespace
} // namespace web
