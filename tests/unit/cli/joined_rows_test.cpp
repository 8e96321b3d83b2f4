#include "cli/joined_rows.hpp"

#include "api_client/json.hpp"

#include <gtest/gtest.h>

namespace banger::cli {
namespace {

using api_client::Json;

std::string joined(const char* left, const char* right) {
    return joined_rows(Json::parse(left), Json::parse(right)).dump();
}

TEST(JoinedRows, EqualInTheCommonColumnsAreOne) {
    EXPECT_EQ(joined(R"([{"vm":"a","port":80,"published":"*:8080"}])",
                     R"([{"port":80,"vm":"a","process":"nginx"}])"),
              R"([{"vm":"a","port":80,"published":"*:8080","process":"nginx"}])");
}

TEST(JoinedRows, WhatMatchesNothingStaysWithEmptyCells) {
    EXPECT_EQ(joined(R"([{"vm":"a","port":80,"published":"*:8080"}])",
                     R"([{"vm":"a","port":22,"process":"sshd"}])"),
              R"([{"vm":"a","port":22,"published":null,"process":"sshd"},)"
              R"({"vm":"a","port":80,"published":"*:8080","process":null}])");
    EXPECT_EQ(joined(R"([{"port":80}])", R"([{"port":"80","a":1}])"),
              R"([{"port":80,"a":null},{"port":"80","a":1}])")
        << "a number is no text";
}

TEST(JoinedRows, NothingIsNullHoweverItWasWritten) {
    EXPECT_EQ(joined(R"([{"vm":"a","port":80,"url":""}])",
                     R"([{"vm":"a","port":80,"title":"x","process":""}])"),
              R"([{"vm":"a","port":80,"url":null,"title":"x","process":null}])");
}

TEST(JoinedRows, EachMatchIsARow) {
    EXPECT_EQ(joined(R"([{"port":80,"published":"*:1"},{"port":80,"published":"*:2"}])",
                     R"([{"port":80,"process":"x"},{"port":80,"process":"y"}])"),
              R"([{"port":80,"published":"*:1","process":"x"},)"
              R"({"port":80,"published":"*:1","process":"y"},)"
              R"({"port":80,"published":"*:2","process":"x"},)"
              R"({"port":80,"published":"*:2","process":"y"}])");
}

TEST(JoinedRows, EmptyCellsEqualNothing) {
    for (const char* empty : {"null", "\"\"", "[]"}) {
        const std::string cell = empty;
        const std::string kept = cell == "[]" ? cell : "null";
        EXPECT_EQ(joined(("[{\"k\":" + cell + ",\"a\":1}]").c_str(),
                         ("[{\"k\":" + cell + ",\"b\":2}]").c_str()),
                  "[{\"k\":" + kept + ",\"a\":1,\"b\":null},{\"k\":" + kept +
                      ",\"a\":null,\"b\":2}]");
    }
    EXPECT_EQ(joined(R"([{"k":1,"a":1},{"a":2}])", R"([{"k":1,"b":1},{"b":2}])"),
              R"([{"k":null,"a":2,"b":null},{"k":null,"a":null,"b":2},{"k":1,"a":1,"b":1}])")
        << "absent ones";
}

TEST(JoinedRows, NothingInCommonIsOneBelowTheOther) {
    EXPECT_EQ(joined(R"([{"a":2},{"a":1}])", R"([{"b":1}])"),
              R"([{"a":2,"b":null},{"a":1,"b":null},{"a":null,"b":1}])");
    EXPECT_EQ(joined(R"([])", R"([{"b":2},{"b":1}])"), R"([{"b":2},{"b":1}])");
    EXPECT_EQ(joined(R"([{"b":1}])", R"([])"), R"([{"b":1}])");
    EXPECT_EQ(joined(R"([])", R"([])"), R"([])");
}

TEST(JoinedRows, NumbersAreInTheOrderOfNumbers) {
    EXPECT_EQ(joined(R"([{"p":9},{"p":80}])", R"([{"p":443},{"p":80}])"),
              R"([{"p":9},{"p":80},{"p":443}])");
}

} // namespace
} // namespace banger::cli
