#include "http/message.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

Head head(const std::string& method, const std::string& target) {
    return {method, target, {{"host", "127.0.0.1:7777"}, {"accept", "a"}, {"accept", "b"}}, 7};
}

TEST(Message, BecomesARequest) {
    const auto request =
        request_of(head("GET", "/vms/a%20b%2fc?q=%C3%A9&q=2"), "127.0.0.1:7777", "");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, "GET");
    EXPECT_EQ(request->target, "/vms/a%20b%2fc?q=%C3%A9&q=2");
    EXPECT_EQ(request->path, "/vms/a b/c");
    EXPECT_EQ(request->query.all("q"), (std::vector<std::string>{"\xc3\xa9", "2"}));
    EXPECT_EQ(request->host, "127.0.0.1:7777");
    EXPECT_EQ(request->uid, 7U);
    EXPECT_EQ(request->header("accept"), "a");
    EXPECT_EQ(request->header("absent"), "");
    EXPECT_TRUE(request->form.items().empty());
    EXPECT_EQ(request_of(head("HEAD", "/"), "", "")->method, "GET");
}

TEST(Message, HasItsForm) {
    const auto request = request_of(head("POST", "/vms?a=1"), "", "a=2&name=x+y");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->form.get("a"), "2");
    EXPECT_EQ(request->query.get("a"), "1");
    EXPECT_EQ(request->form.get("name"), "x y");
    // What a form says it is changes nothing about what was asked for.
    EXPECT_EQ(request_of(head("POST", "/vms"), "", "_method=GET")->method, "POST");
    EXPECT_EQ(request_of(head("GET", "/vms?_method=POST"), "", "")->method, "GET");
}

TEST(Message, IsNoneWhenItIsBroken) { // T12
    for (const char* target : {"/vms%", "/vms/%2", "/vms/%00", "/vms/%ff", "/vms/%c0%ae",
                               "/vms?q=%", "/vms?q=%00", "/vms?%ff=1"}) {
        EXPECT_FALSE(request_of(head("GET", target), "", "")) << target;
    }
    EXPECT_FALSE(request_of(head("POST", "/vms"), "", "a=%"));
    EXPECT_FALSE(request_of(head("POST", "/vms"), "", std::string("a\0b", 3)));
}

TEST(Message, HasTheHeadersOfTheWire) {
    boost::beast::http::request_header<Fields> message;
    message.method_string("GET");
    message.target("/a?b");
    message.insert("HoSt", "x");
    message.insert("Host", "y");
    message.insert("X-Own", "Z");
    const Head read = head_of(message, std::nullopt);
    EXPECT_EQ(read.method, "GET");
    EXPECT_EQ(read.target, "/a?b");
    EXPECT_EQ(read.all("host"), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(read.all("x-own"), (std::vector<std::string>{"Z"}));
    EXPECT_FALSE(read.uid);
}

} // namespace
} // namespace web
