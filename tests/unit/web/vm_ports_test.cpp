#include "pages/vm_ports.hpp"

#include "console_site.hpp"
#include "pages/guest_url.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;

json vm_with(const json& ports) {
    return {{"ip", "172.30.88.10"}, {"guest", {{"ports", ports}}}};
}

TEST(GuestUrl, LeadsToTheVmOnly) { // T10
    EXPECT_EQ(guest_url({{"ip", "172.30.88.10"}}, false, 8000), "http://172.30.88.10:8000/");
    EXPECT_EQ(guest_url({{"ip", "172.30.88.10"}}, false, 80), "http://172.30.88.10/");
    EXPECT_EQ(guest_url({{"ip", "172.30.88.10"}}, true, 443), "https://172.30.88.10/");
    EXPECT_EQ(guest_url({{"ip", "172.30.88.10"}}, true, 80), "https://172.30.88.10:80/");
    for (const json& address : {json(), json(7), json("evil.test"), json("javascript:alert(1)//"),
                                json("172.30.88.10/@x"), json("1.2.3"), json("::1"),
                                json(std::string("1.2.3.4\0x", 9)), json("1.2.3.4 ")}) {
        EXPECT_EQ(guest_url({{"ip", address}}, false, 80), "") << address;
    }
    for (const std::uint64_t port : {0ULL, 65536ULL, 1ULL << 40U}) {
        EXPECT_EQ(guest_url({{"ip", "172.30.88.10"}}, false, port), "");
    }
}

TEST(VmPorts, AreWhatListensAndWhatIsPublished) {
    const json rows = port_rows(test::full_vm("web"));
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].at("PORT"), 22);
    EXPECT_TRUE(rows[0].at("NO_ANSWER"));
    EXPECT_FALSE(rows[0].at("LINK").is_object());
    EXPECT_EQ(rows[1].at("PROCESS"), "postgres");
    EXPECT_EQ(rows[1].at("REACH"), "inside only");
    EXPECT_EQ(rows[2].at("LINK").at("URL"), "http://172.30.88.10:8000/");
    EXPECT_EQ(rows[2].at("LINK").at("TEXT"), "172.30.88.10:8000");
    EXPECT_EQ(rows[2].at("TITLE"), "Directory listing");
    EXPECT_EQ(rows[2].at("PUBLISHED"), json::array({{{"TEXT", "localhost:8080"}}}));
    EXPECT_EQ(rows[3].at("PROTOCOL"), "udp");
    EXPECT_EQ(rows[3].at("PUBLISHED"), json::array({{{"TEXT", "127.0.0.1:53"}}}));
}

TEST(VmPorts, TheOneThatIsReachedFurthestCounts) {
    const json inside{{"address", "127.0.0.1"}, {"port", 80}, {"process", "inner"}, {"http", true}};
    const json outside{{"address", "::"}, {"port", 80}, {"process", "outer"}, {"http", true}};
    for (const json& ports : {json::array({inside, outside}), json::array({outside, inside})}) {
        const json rows = port_rows(vm_with(ports));
        ASSERT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows[0].at("PROCESS"), "outer");
        EXPECT_EQ(rows[0].at("REACH"), "this machine");
    }
    EXPECT_FALSE(port_rows(vm_with(json::array({inside})))[0].at("LINK").is_object())
        << "from this machine there is nothing to open";
    const json own{{"address", "172.30.88.10"}, {"port", 80}, {"http", true}};
    EXPECT_TRUE(port_rows(vm_with(json::array({own})))[0].at("LINK").is_object());
    const json other{{"address", "10.0.0.1"}, {"port", 80}, {"http", true}};
    EXPECT_EQ(port_rows(vm_with(json::array({other})))[0].at("REACH"), "10.0.0.1");
}

TEST(VmPorts, AGuestMaySayWhatItLikes) {
    const json odd = json::array({7,
                                  "x",
                                  json(),
                                  json::array(),
                                  {{"port", "80"}},
                                  {{"port", -1}},
                                  {{"port", 70000}},
                                  {{"port", 1e99}},
                                  {{"port", 81},
                                   {"address", 7},
                                   {"process", json::array()},
                                   {"http", "yes"},
                                   {"title", {{"a", 1}}}}});
    const json rows = port_rows(vm_with(odd));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].at("PORT"), 81);
    EXPECT_FALSE(rows[0].at("LINK").is_object());
    for (const json& ports : {json(), json("x"), json(7), json{{"ports", "x"}}}) {
        EXPECT_TRUE(port_rows(vm_with(ports)).empty());
    }
    for (const char* wrong :
         {"", ":", "8080", "a:b", "1:x/tcp", ":/udp", "1:99999999999999999999"}) {
        EXPECT_TRUE(port_rows({{"options", {{"nat", {{"publish", {wrong, 7}}}}}}}).empty())
            << wrong;
    }
}

} // namespace
} // namespace web
