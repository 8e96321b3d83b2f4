#include "cli/unit_columns.hpp"

#include "api_client/json.hpp"

#include <gtest/gtest.h>

namespace banger::cli {
namespace {

using api_client::Json;

std::string shown(const char* row) {
    return with_units(Json::parse(row)).dump();
}

TEST(UnitColumns, ANumbersNameSaysWhatItIs) {
    EXPECT_EQ(shown(R"({"vm":"web","cpu_percent":12.34,"load":0.1,"rx_bytes_per_s":2048,)"
                    R"("free_bytes":8589934592,"heard_s":93.4,"uptime_s":600})"),
              R"({"vm":"web","cpu_%":"12.3","load":"0.10","rx_per_s":"2K",)"
              R"("free":"8.0G","heard":"93s","uptime":"10m"})");
}

TEST(UnitColumns, UsedAndTotalAreOneCell) {
    EXPECT_EQ(shown(R"({"memory_used_bytes":222298112,"memory_total_bytes":536870912,"x":1})"),
              R"({"memory":"212M/512M","x":1})");
    EXPECT_EQ(shown(R"({"memory_total_bytes":536870912})"), R"({"memory_total":"512M"})");
    EXPECT_EQ(shown(R"({"memory_used_bytes":null,"memory_total_bytes":null})"),
              R"({"memory":null})");
}

TEST(UnitColumns, WhatIsUnknownIsAnEmptyCellOfTheSameColumn) {
    EXPECT_EQ(shown(R"({"cpu_percent":null,"heard_s":null,"load":null})"),
              R"({"cpu_%":null,"heard":null,"load":null})");
}

TEST(UnitColumns, AnythingElseIsAsItIs) {
    EXPECT_EQ(shown(R"({"rx_per_s":5,"notes_s":"a","_s":1,"port":80,"up":true,"ports":[1]})"),
              R"({"rx_per_s":5,"notes_s":"a","_s":1,"port":80,"up":true,"ports":[1]})");
}

} // namespace
} // namespace banger::cli
