#include "http/own_path.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

TEST(OwnPath, LeadsNowhereElse) { // T2, T10
    for (const char* good : {"/", "/vms", "/vms/a?x=1&y=%20", "/images/new?name=a+b"}) {
        EXPECT_TRUE(is_own_path(good)) << good;
    }
    for (const char* bad :
         {"", "vms", "//evil.test/", "/\\evil.test", "http://evil.test/", "javascript:alert(1)",
          "/a\r\nSet-Cookie: x", "/a b", "/\xc3\xa9", "\\/x"}) {
        EXPECT_FALSE(is_own_path(bad)) << bad;
        EXPECT_EQ(own_path(bad, "/vms"), "/vms");
    }
    EXPECT_FALSE(is_own_path("/" + std::string(9000, 'a')));
}

TEST(OwnPath, CarriesAnythingInItsQuery) {
    Params params;
    params.add("a&b", "1=2&c\n\"'<>+ %");
    params.add("", "");
    params.add("a", "\xc3\xa9");
    const auto read = Params::parse(encoded(params));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->items(), params.items());
    EXPECT_TRUE(is_own_path("/x?" + encoded(params)));
}

TEST(OwnPath, ReplacesAValue) {
    EXPECT_EQ(with_param("/x?a=1&b=2&a=3", "a", "/home/me"), "/x?b=2&a=%2Fhome%2Fme");
    EXPECT_EQ(with_param("/x", "a", "1"), "/x?a=1");
}

} // namespace
} // namespace web
