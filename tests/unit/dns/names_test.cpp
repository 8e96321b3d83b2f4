#include "names.hpp"

#include "wire_name.hpp"

#include <banger/plugin.hpp>

#include <gtest/gtest.h>

namespace dns {
namespace {

using banger::Error;
using namespace std::string_literals;

std::string refusal(Names& names, const std::string& vm, const VmNames& wanted) {
    try {
        names.put(vm, wanted);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

TEST(WireName, BothWays) {
    EXPECT_EQ(to_wire("Web.vm"), "\3web\2vm\0"s);
    EXPECT_EQ(to_text(to_wire("a.b-c.d")), "a.b-c.d");
    EXPECT_EQ(to_text(std::string(1, '\0')), "");
    EXPECT_TRUE(is_within(to_wire("a.vm"), to_wire("vm")));
    EXPECT_TRUE(is_within(to_wire("vm"), to_wire("vm")));
    EXPECT_FALSE(is_within(to_wire("avm"), to_wire("vm")));
    const std::string label(63, 'x');
    std::string four = label;
    for (int i = 0; i < 3; ++i) {
        four.append(".").append(label);
    }
    EXPECT_NO_THROW((void)to_wire(label));
    for (const std::string& bad :
         {std::string(), std::string("."), std::string("a."), std::string(".a"), std::string("-a"),
          std::string("a-"), std::string("a_b"), std::string("*.a"), std::string("a b"),
          std::string("ä"), label + "x", four}) {
        EXPECT_THROW((void)to_wire(bad), Error) << bad;
    }
}

TEST(Names, ANameBelongsToOneVm) {
    Names names("vm", parse_network("172.30.88.0/24"), "172.30.88.1");
    names.put("1", {"web", "172.30.88.2", true, {"api"}});
    EXPECT_EQ(refusal(names, "2", {"late", "172.30.88.3", true, {"API"}}),
              "the name api.vm belongs to VM web");
    EXPECT_EQ(refusal(names, "2", {"late", "172.30.88.3", true, {"web"}}),
              "the name web.vm belongs to VM web");
    EXPECT_EQ(refusal(names, "2", {"api", "172.30.88.3", true, {}}),
              "the name api.vm belongs to VM web");
    EXPECT_THROW(names.refuse_clash("", {"late", "", false, {"api"}}), Error);
    EXPECT_THROW(names.refuse_clash("", {"web", "", false, {}}), Error);
    EXPECT_NO_THROW(names.refuse_clash("", {"late", "", false, {"free"}}));
    EXPECT_NO_THROW(names.refuse_clash("1", {"web", "", false, {"api"}}));
    EXPECT_NO_THROW(names.refuse_clash("", {"", "", false, {"free"}})); // a name is to be made up
    EXPECT_THROW(names.refuse_clash("", {"", "", false, {"api"}}), Error);
    EXPECT_EQ(names.all().size(), 1U);
    names.put("1", {"web", "172.30.88.2", true, {"other"}});
    EXPECT_EQ(refusal(names, "2", {"api", "172.30.88.3", true, {"api"}}), "accepted");
    EXPECT_NE(refusal(names, "3", {"x", "172.30.88.4", true, {"a..b"}}), "accepted");
    names.erase("1");
    names.erase("1");
    EXPECT_EQ(names.all().size(), 1U);
}

TEST(Names, AnAliasIsOneWhateverItsCase) {
    EXPECT_EQ(once_each({"x", "Api.Web", "X", "api.web"}),
              (std::vector<std::string>{"x", "api.web"}));
    EXPECT_NO_THROW(Names::check({"hosts", "a.host"}));
    EXPECT_THROW(Names::check({"HOST"}), Error) << "this machine's name";
    EXPECT_THROW(Names::check({"a..b"}), Error);
}

TEST(Names, WhatAVmHasIsNotOverwrittenByWhatWasReadEarlier) {
    Names names("vm", parse_network("172.30.88.0/24"), "172.30.88.1");
    EXPECT_TRUE(names.put_if_absent("1", {"web", "172.30.88.2", false, {}}));
    EXPECT_FALSE(names.any_running());
    names.put("1", {"web", "172.30.88.2", true, {"api"}});
    EXPECT_FALSE(names.put_if_absent("1", {"web", "172.30.88.2", false, {}}));
    EXPECT_TRUE(names.any_running());
    EXPECT_EQ(names.find("1"), (VmNames{"web", "172.30.88.2", true, {"api"}}));
    EXPECT_THROW((void)names.put_if_absent("2", {"api", "172.30.88.3", true, {}}), Error);

    names.set_stopped("1");
    EXPECT_EQ(names.find("1"), (VmNames{"web", "172.30.88.2", false, {"api"}}));
    EXPECT_FALSE(names.any_running());
    names.set_stopped("2");
    EXPECT_EQ(names.find("2"), std::nullopt);
}

TEST(Names, AZoneIsMadeWhenItIsAskedFor) {
    Names names("vm", parse_network("172.30.0.0/16"), "172.30.0.1");
    const auto before = names.zone();
    for (int i = 0; i < 1000; ++i) {
        names.put(std::to_string(i),
                  {"v" + std::to_string(i),
                   "172.30." + std::to_string(1 + i / 250) + "." + std::to_string(1 + i % 250),
                   true,
                   {}});
    }
    const auto after = names.zone();
    EXPECT_EQ(after->size(), 1001U);
    EXPECT_EQ(names.zone(), after) << "made once for all who ask";
    EXPECT_EQ(before->size(), 1U) << "who still reads the old one is not disturbed";
}

TEST(Names, Networks) {
    EXPECT_EQ(parse_network("172.30.88.0/24").mask, 0xffffff00U);
    EXPECT_EQ(parse_network("10.1.2.3/16").address, 0x0a010000U);
    EXPECT_TRUE(parse_network("10.1.0.0/16").contains(0x0a01ffffU));
    for (const char* bad : {"", "10.0.0.0", "10.0.0.0/0", "10.0.0.0/33", "10.0.0/8", "x/8"}) {
        EXPECT_THROW((void)parse_network(bad), Error) << bad;
    }
}

} // namespace
} // namespace dns
