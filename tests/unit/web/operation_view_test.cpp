#include "pages/operation_view.hpp"

#include "actions/retries.hpp"
#include "http/params.hpp"
#include "page_host.hpp"
#include "pages/operation_filter.hpp"
#include "pages/ops.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace web {
namespace {

using nlohmann::json;

class OperationPages : public testing::Test {
  protected:
    OperationPages() {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
        now.vms = json::parse(R"([{"name": "testbox"}])");
        now.images = json::parse(R"([{"name": "dev"}])");
        retries.keep("op-0a1b2c3d", {"POST", "/v1/plugins/imagebuild/actions/cli/build",
                                     json{{"name", "dev"}}, "dev"});
        now.taken_at = std::chrono::system_clock::from_time_t(1796040610); // 2026-11-30 12:10:10
    }
    static OperationFilter filter(const std::string& query) {
        return OperationFilter::of(Params::parse(query).value());
    }
    Snapshot now;
    Retries retries;
};

TEST_F(OperationPages, TellOfAFailedOneWhereItFailedAndWhy) {
    const json page = operation_page(told_operation(), now, retries);
    EXPECT_EQ(page.at("STAGE"), "packages");
    EXPECT_EQ(page.at("STATE"), "failed");
    EXPECT_EQ(page.at("TOOK"), "10 s");
    EXPECT_EQ(page.at("BEGAN").at("FULL"), "2026-11-30 12:00:00");
    EXPECT_EQ(page.at("BEGAN").at("AGE"), "10 min ago");
    EXPECT_EQ(page.at("ERROR").at("MESSAGE"), "there is no package pakages");
    EXPECT_EQ(page.at("ERROR").at("HINT").at("VALUE"), "did you mean packages?");
    EXPECT_EQ(page.at("ERROR").at("CONSOLE").at("LINES"),
              json::array({"E: Unable to locate package", "apt failed"}));
    EXPECT_EQ(page.at("WARNINGS").at("LINES"), json::array({"tmux plugins were left out"}));
    EXPECT_EQ(page.at("OPEN_LOG"), true);
    EXPECT_EQ(page.at("LOG").at("LINES").at(1).at("LINE"), "exit status 100");
    EXPECT_EQ(page.at("LOG").at("LINES").at(1).at("CLOCK"), "12:00:07");
    EXPECT_EQ(page.at("PRIVILEGED").at("STEPS_TEXT"), "2 steps, 1 failed");
    EXPECT_EQ(page.at("ASKED_BY").at("VALUE"), "web console");
    EXPECT_EQ(page.at("RUNS"), false);
    EXPECT_EQ(page.at("REFRESH"), false);
    EXPECT_EQ(page.at("RETRY"), true);
    EXPECT_EQ(page.at("RETRY_PATH"), "/ops/op-0a1b2c3d/retry");
    EXPECT_EQ(page.at("CANCEL"), false);
    EXPECT_EQ(page.at("ABOUT").at("ABOUT_PATH"), "/images/dev");
    EXPECT_EQ(page.at("COMMANDS"), json::parse(R"([{"COMMAND": "banger op show op-0a1b2c3d"}])"));
}

TEST_F(OperationPages, DrawStagesOneBehindTheOther) {
    const json stages = operation_page(told_operation(), now, retries).at("STAGES");
    ASSERT_EQ(stages.size(), 3U);
    EXPECT_EQ(stages[0].at("FROM"), 0);
    EXPECT_EQ(stages[0].at("WIDTH"), 200);
    EXPECT_EQ(stages[1].at("FROM"), 200);
    EXPECT_EQ(stages[1].at("WIDTH"), 600);
    EXPECT_EQ(stages[1].at("TONE"), "bad");
    EXPECT_EQ(stages[1].at("TOOK"), "6 s");
    EXPECT_EQ(stages[2].at("FROM"), 800);
}

TEST_F(OperationPages, ShowTheResultWithLinksToWhatIsThere) {
    const json result = operation_page(told_operation(), now, retries).at("RESULT");
    EXPECT_EQ(result.at("LINKS"),
              json::parse(R"([{"LINK_PATH": "/images/dev", "LINK_TEXT": "Image dev"},
                              {"LINK_PATH": "/vms/testbox", "LINK_TEXT": "VM testbox"}])"));
    EXPECT_EQ(result.at("FACTS"), json::parse(R"([{"LABEL": "Note", "CONTENT": "with docker"},
                              {"LABEL": "Notes", "CONTENT": "one; two"},
                              {"LABEL": "Size", "CONTENT": "1.5 GiB"},
                              {"LABEL": "Took", "CONTENT": "1 min 34 s"}])"));
    now.vms = json::array();
    now.images = json::array();
    const json later = operation_page(told_operation(), now, retries);
    EXPECT_EQ(later.at("RESULT").at("LINKS"), json::array());
    EXPECT_EQ(later.at("ABOUT"), false);
    EXPECT_EQ(later.at("ABOUT_ONLY").at("VALUE"), "dev");
}

TEST_F(OperationPages, SayHowFarOneUnderWayIs) {
    json operation = told_running();
    const json page = operation_page(operation, now, retries);
    EXPECT_EQ(page.at("DONE"), "50 MiB of 100 MiB, 10 MiB/s, 5 s left");
    EXPECT_EQ(page.at("KNOWN"), true);
    EXPECT_EQ(page.at("CANCEL"), true);
    EXPECT_EQ(page.at("CANCEL_PATH"), "/ops/op-11112222/cancel");
    EXPECT_EQ(page.at("RETRY"), false);
    EXPECT_EQ(page.at("NO_RETRY"), false);
    EXPECT_EQ(page.at("REFRESH"), true);
    EXPECT_EQ(page.at("ASKED_BY").at("VALUE"), "command line");
    EXPECT_EQ(page.at("COMMANDS").size(), 3U);

    operation["progress"] = {{"done", 7}, {"total", 0}, {"unit", "items"}};
    EXPECT_EQ(done_text(operation), "7");
    operation["progress"] = {{"done", 7}, {"total", 14}, {"unit", "items"}};
    EXPECT_EQ(done_text(operation), "7 of 14, 5 s left");
    operation["stages"].back()["ms"] = 300; // too early for a rate
    EXPECT_EQ(done_text(operation), "7 of 14");
    operation["progress"] = nullptr;
    EXPECT_EQ(done_text(operation), "");

    operation["state"] = "cancelling";
    const json cancelling = operation_page(operation, now, retries);
    EXPECT_EQ(cancelling.at("CANCEL"), false);
    EXPECT_EQ(cancelling.at("CANCELLING"), true);
    EXPECT_NE(drawn("op", cancelling).find("disabled"), std::string::npos);
}

TEST_F(OperationPages, OfferARetryOfWhatIsKnownAndSayWhyNot) {
    json operation = told_operation();
    EXPECT_EQ(operation_page(operation, now, retries).at("RETRY"), true);
    EXPECT_EQ(operation_page(operation, now, retries).at("NO_RETRY"), false);
    const auto why = [&] {
        const json page = operation_page(operation, now, Retries()); // of a daemon started anew
        EXPECT_EQ(page.at("RETRY"), false);
        return page.at("NO_RETRY").at("VALUE").get<std::string>();
    };
    EXPECT_NE(why().find("until the daemon is started anew"), std::string::npos);
    operation["initiator"] = "uid 1000";
    EXPECT_NE(why().find("not begun in this console"), std::string::npos);
    EXPECT_NE(drawn("op", operation_page(operation, now, Retries())).find(why()),
              std::string::npos);
    operation["state"] = "succeeded";
    const json succeeded = operation_page(operation, now, retries);
    EXPECT_EQ(succeeded.at("RETRY"), false);
    EXPECT_EQ(succeeded.at("NO_RETRY"), false);
}

TEST_F(OperationPages, DrawALongLogFromItsEnd) {
    json operation = told_running();
    for (int i = 0; i < 1000; ++i) {
        operation["log"].push_back({{"at", "2026-11-30T12:00:01Z"},
                                    {"level", "info"},
                                    {"text", "line " + std::to_string(i)}});
    }
    const json page = operation_page(operation, now, retries);
    EXPECT_EQ(page.at("LOG").at("LINES").size(), 400U);
    EXPECT_EQ(page.at("LOG").at("LINES").back().at("LINE"), "line 999");
    EXPECT_EQ(page.at("EARLIER").at("VALUE"), "600 lines before these are in the text.");
    operation["log"] = json::array({{{"level", "info"}, {"text", "one\ntwo"}}});
    const json two = operation_page(operation, now, retries).at("LOG").at("LINES");
    ASSERT_EQ(two.size(), 2U); // in a <pre> a line feed inside of a value would be lost
    EXPECT_EQ(two[1].at("LINE"), "two");
}

TEST_F(OperationPages, WriteTheLogAsText) {
    EXPECT_EQ(operation_log(told_operation()),
              "2026-11-30T12:00:01.000Z info fetching\n"
              "2026-11-30T12:00:07.000Z error exit status 100\n"
              "2026-11-30T12:00:01.500Z as root: tap add bgr0\n"
              "2026-11-30T12:00:01.600Z as root: nft -f rules (failed)\n"
              "error: there is no package pakages\n"
              "  E: Unable to locate package\n"
              "  apt failed\n");
    EXPECT_EQ(operation_log(json()), "");
}

TEST_F(OperationPages, AreFiltered) {
    const json failed = told_operation();
    const json running = told_running();
    EXPECT_TRUE(filter("").is_any());
    EXPECT_TRUE(filter("").takes(failed));
    EXPECT_TRUE(filter("state=unfinished").takes(running));
    EXPECT_FALSE(filter("state=unfinished").takes(failed));
    EXPECT_TRUE(filter("state=failed&kind=imagebuild.build&target=dev").takes(failed));
    EXPECT_FALSE(filter("target=de").takes(failed));
    EXPECT_TRUE(filter("q=PAKAGES+build").takes(failed));
    EXPECT_FALSE(filter("q=pakages+testbox").takes(failed));
    EXPECT_TRUE(filter("q=op-1111").takes(running));
    EXPECT_TRUE(filter("q=command+line").takes(running));
    EXPECT_TRUE(filter("q=+++").takes(running));
    EXPECT_EQ(filter("page=3").page, 3U);
    for (const char* page :
         {"page=0", "page=-1", "page=x", "page=99999999999999999999", "page=2x"}) {
        EXPECT_EQ(filter(page).page, 1U) << page;
    }
    EXPECT_EQ(filter("state=failed&q=a%26b").path(2), "/ops?state=failed&q=a%26b&page=2");
    EXPECT_EQ(filter("").path(1), "/ops");
}

TEST_F(OperationPages, AreListedAHundredAtATime) {
    json operations = json::array();
    for (int i = 0; i < 250; ++i) {
        json each = told_operation();
        each["id"] = "op-" + std::to_string(i);
        operations.push_back(each);
    }
    const json first = operations_page(operations, filter("state=failed"), now, retries);
    EXPECT_EQ(first.at("TABLE").at("ROWS").size(), 100U);
    EXPECT_EQ(first.at("COUNT"), "250 operations");
    EXPECT_EQ(first.at("PAGES").at("OLDER_PATH"), "/ops?state=failed&page=2");
    EXPECT_EQ(first.at("PAGES").at("NEWER"), false);
    const json last = operations_page(operations, filter("page=99"), now, retries);
    EXPECT_EQ(last.at("TABLE").at("ROWS").size(), 50U);
    EXPECT_EQ(last.at("PAGES").at("PAGE_TEXT"), "page 3 of 3");
    EXPECT_EQ(last.at("PAGES").at("OLDER"), false);
    EXPECT_EQ(last.at("KINDS").size(), 2U); // any, and the one that there is
}

TEST_F(OperationPages, SayWhyThereAreNone) {
    const json none = operations_page(json::array(), filter(""), now, retries);
    EXPECT_TRUE(none.at("EMPTY").is_object());
    EXPECT_EQ(none.at("TABLE"), false);
    const json no_match = operations_page(json::array({told_operation()}),
                                          filter("state=cancelled&q=x"), now, retries);
    EXPECT_EQ(no_match.at("EMPTY"), false);
    EXPECT_EQ(no_match.at("NO_MATCH").at("WHAT"), "Asked for: state cancelled, with x.");
    EXPECT_NE(drawn("ops", no_match).find("href=\"/ops\""), std::string::npos);
}

} // namespace
} // namespace web
