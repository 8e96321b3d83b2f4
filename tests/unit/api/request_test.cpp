#include "api/request.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::api {
namespace {

Request with_query(const std::string& name, const std::string& value) {
    Request request;
    request.query[name] = value;
    return request;
}

TEST(Request, PercentCodesAreDecoded) {
    EXPECT_EQ(percent_decoded("a%20b%2Fc+d", false), "a b/c+d");
    EXPECT_EQ(percent_decoded("a+b", true), "a b");
    EXPECT_EQ(percent_decoded("%c3%A4", false), "\xc3\xa4");
    for (const char* bad : {"%", "%4", "%4x", "%x4", "%00", "a%", "%-1", "%+1"}) {
        EXPECT_EQ(percent_decoded(bad, false), std::nullopt) << bad;
    }
}

TEST(Request, NumbersInTheQueryHaveARange) {
    EXPECT_EQ(with_query("tail", "5").find_number("tail", 0, 10), 5);
    EXPECT_EQ(Request{}.find_number("tail", 0, 10), std::nullopt);
    for (const char* bad : {"", "x", "5x", "11", "-1", "1.5", "99999999999999999999"}) {
        EXPECT_THROW((void)with_query("tail", bad).find_number("tail", 0, 10), os::Error) << bad;
    }
}

TEST(Request, AFlagIsOnOrOff) {
    for (const char* on : {"", "1", "true"}) {
        EXPECT_TRUE(with_query("force", on).flag("force")) << on;
    }
    for (const char* off : {"0", "false"}) {
        EXPECT_FALSE(with_query("force", off).flag("force")) << off;
    }
    EXPECT_FALSE(Request{}.flag("force"));
    EXPECT_THROW((void)with_query("force", "yes").flag("force"), os::Error);
}

TEST(Request, TheBodyIsAJsonObject) {
    Request request;
    EXPECT_TRUE(request.json().is_object());
    request.body = R"({"a":[1]})";
    EXPECT_EQ(request.json()["a"][0], 1);
    for (const std::string bad : {"[1]", "5", "{", "{}x", "null", "\xff"}) {
        request.body = bad;
        EXPECT_THROW((void)request.json(), os::Error) << bad;
    }
    std::string deep = "{}";
    for (int i = 0; i < 1000; ++i) {
        deep = R"({"a":)" + deep + "}";
    }
    for (const std::string& nested : {std::string(100'000, '['), deep}) {
        request.body = nested;
        EXPECT_THROW((void)request.json(), os::Error);
    }
}

} // namespace
} // namespace banger::api
