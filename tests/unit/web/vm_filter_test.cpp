#include "pages/vm_filter.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;

VmFilter filter(const char* query) {
    return VmFilter(Params::parse(query).value());
}

const json vms = json::array({
    {{"name", "api"},
     {"state", "running"},
     {"image", "default"},
     {"ip", "172.30.88.10"},
     {"memory_mib", 1024},
     {"created_at", "2026-11-02T00:00:00Z"},
     {"guest", {{"cpu_percent", 5}}}},
    {{"name", "db"},
     {"state", "stopped"},
     {"image", "postgres-17"},
     {"ip", "172.30.88.11"},
     {"memory_mib", 2048},
     {"created_at", "2026-11-03T00:00:00Z"}},
    {{"name", "web"},
     {"state", "running"},
     {"image", "default"},
     {"ip", "172.30.88.20"},
     {"memory_mib", 512},
     {"created_at", "2026-11-01T00:00:00Z"},
     {"guest", {{"cpu_percent", 90.5}}}},
    {{"name", 7}, {"state", json::array()}, {"memory_mib", "much"}},
});

std::string chosen(const char* query) {
    std::string names;
    for (const json* each : filter(query).chosen(vms)) {
        const json& vm = *each;
        names += vm.at("name").is_string() ? vm.at("name").get<std::string>() + " " : "? ";
    }
    return names;
}

TEST(VmFilter, Chooses) {
    EXPECT_EQ(chosen(""), "? api db web ");
    EXPECT_EQ(chosen("q=AP"), "api ");
    EXPECT_EQ(chosen("q=88.1"), "api db ");
    EXPECT_EQ(chosen("q=postgres"), "db ");
    EXPECT_EQ(chosen("q=.*"), "") << "literally";
    EXPECT_EQ(chosen("state=running"), "api web ");
    EXPECT_EQ(chosen("state=running&image=default&q=w"), "web ");
    EXPECT_EQ(chosen("image=none"), "");
    EXPECT_FALSE(filter("sort=cpu").narrows());
    EXPECT_TRUE(filter("state=running").narrows());
}

TEST(VmFilter, Sorts) {
    EXPECT_EQ(chosen("sort=-name"), "web db api ? ");
    EXPECT_EQ(chosen("sort=memory"), "? web api db ");
    EXPECT_EQ(chosen("sort=-memory"), "db api web ? ");
    EXPECT_EQ(chosen("sort=-cpu"), "web api db ? ");
    EXPECT_EQ(chosen("sort=-created"), "db api web ? ");
    EXPECT_EQ(chosen("sort=nonsense"), "? api db web ");
    EXPECT_EQ(chosen("sort=-"), "? api db web ");
}

TEST(VmFilter, KeepsTheWishesInItsAddresses) {
    const json model = filter("q=a+%26b&state=running&sort=cpu").model(vms);
    EXPECT_EQ(model.at("Q"), "a &b");
    EXPECT_EQ(model.at("BY_CPU").at("RISING"), true);
    EXPECT_EQ(model.at("BY_CPU").at("PATH"), "/vms?q=a%20%26b&state=running&sort=-cpu");
    EXPECT_EQ(model.at("BY_NAME").at("PATH"), "/vms?q=a%20%26b&state=running");
    EXPECT_EQ(model.at("BY_NAME").at("RISING"), false);
    ASSERT_EQ(model.at("CHIPS").size(), 4U);
    EXPECT_EQ(model.at("CHIPS")[0].at("PATH"), "/vms?q=a%20%26b&sort=cpu");
    EXPECT_EQ(model.at("CHIPS")[2].at("TEXT"), "running");
    EXPECT_EQ(model.at("CHIPS")[2].at("COUNT"), 2);
    EXPECT_EQ(model.at("CHIPS")[2].at("CURRENT"), true);
    EXPECT_EQ(filter("sort=-name").model(vms).at("BY_NAME").at("FALLING"), true);
}

} // namespace
} // namespace web
