#include "pages/check_view.hpp"

#include "page_host.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;

std::vector<std::string> titles(const json& group) {
    std::vector<std::string> found;
    for (const json& check : group.at("CHECKS")) {
        found.push_back(check.at("TITLE"));
    }
    return found;
}

TEST(Checks, StandTheWorstFirst) {
    const json page = checks_page(told_checks(), "");
    EXPECT_EQ(titles(page.at("FOUND")),
              (std::vector<std::string>{"privileged steps cannot be done", "rules were taken away",
                                        "Firecracker is not used"}));
    EXPECT_EQ(titles(page.at("GOOD")), std::vector<std::string>{"the bundle is complete"});
    EXPECT_EQ(page.at("SUMMARY"), "1 error, 1 warning.");
    EXPECT_EQ(page.at("SUMMARY_TONE"), "bad");
}

TEST(Checks, AreSummedUp) {
    json checks = told_checks();
    checks.erase(2);
    EXPECT_EQ(checks_page(checks, "").at("SUMMARY"), "1 warning; VMs can run.");
    checks.erase(1);
    EXPECT_EQ(checks_page(checks, "").at("SUMMARY"), "Everything is in order.");
    EXPECT_EQ(checks_page(checks, "").at("SUMMARY_TONE"), "good");
    EXPECT_EQ(checks_page(json::array(), "").at("SUMMARY"), "No check answered.");
}

TEST(Checks, TellCommandsFromSentences) {
    for (const char* fix : {"banger doctor --fix", "sudo apt install e2fsprogs zstd",
                            "make runtime-bundle", "banger daemon stop; banger daemon start"}) {
        EXPECT_TRUE(is_command(fix)) << fix;
    }
    for (const char* fix :
         {"", "install banger again", "sudo -v, and again when it is cold",
          "banger daemon logs has the reason; then: banger daemon restart",
          "banger doctor --fix, or by hand: nft delete", "banger image prune, or delete"}) {
        EXPECT_FALSE(is_command(fix)) << fix;
    }
    const json found = checks_page(told_checks(), "").at("FOUND").at("CHECKS");
    EXPECT_EQ(found[1].at("REPAIR").at("COMMAND"), "banger doctor --fix");
    EXPECT_EQ(found[1].at("FIX_COMMAND"), false) << "it is told once";
    EXPECT_EQ(found[0].at("FIX").at("VALUE"), "sudo -v, and again when it is cold");
    EXPECT_EQ(found[0].at("FIX_COMMAND"), false);
}

TEST(Checks, EachHaveCauseStepAndAnotherLook) {
    const std::string html = drawn("doctor", checks_page(told_checks(), ""));
    for (const char* text :
         {"sudo asks for a password", "/doctor?check=banger.privilege", "/doctor?check=nat.rules",
          "put the table banger back", "data-copy=\"banger doctor --fix\"", ">error</span>",
          ">warning</span>"}) {
        EXPECT_NE(html.find(text), std::string::npos) << text;
    }
}

TEST(Checks, AreLookedAtAlone) {
    const json page = checks_page(told_checks(), "nat.rules");
    EXPECT_EQ(titles(page.at("FOUND")), std::vector<std::string>{"rules were taken away"});
    EXPECT_EQ(page.at("GOOD"), false);
    EXPECT_EQ(page.at("ONLY").at("VALUE"), "nat.rules");
    const json gone = checks_page(told_checks(), "nat.nothing");
    EXPECT_EQ(gone.at("NONE_SO"), true);
    EXPECT_NE(drawn("doctor", gone).find("href=\"/doctor\""), std::string::npos);
}

TEST(Checks, OfAnUnknownSeverityAreToBeLookedAt) {
    const json page = checks_page(json::array({{{"severity", "fine"}, {"title", "odd"}}}), "");
    EXPECT_EQ(page.at("FOUND").at("CHECKS").at(0).at("SEVERITY"), "warning");
}

} // namespace
} // namespace web
