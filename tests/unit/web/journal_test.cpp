#include "pages/journal.hpp"

#include "console_site.hpp"
#include "page_host.hpp"
#include "pages/vm_detail.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;
using test::ConsoleSite;
using test::full_vm;

constexpr const char* journal_action = "POST /v1/plugins/vsock/actions/rpc/journal";

class JournalTest : public testing::Test {
  protected:
    JournalTest() {
        console.set("/v1/vms", {{"vms", {full_vm("web")}}});
        says("Nov 30 12:00:00 web sshd[1]: one\nNov 30 12:00:01 web cron[2]: two\n");
    }
    void says(const std::string& text, bool cut = false) {
        const json said{{"text", text}, {"cut", cut}};
        console.answer(journal_action,
                       {{"status", "ok"}, {"output", {{{"kind", "json"}, {"json", said}}}}});
    }
    /// Once the guest has answered.
    std::string body(const std::string& query = {}) {
        const Params params = Params::parse(query).value();
        const std::string lines(params.get("lines"));
        (void)console.site().journals.look({"a1b2c3d4e5f6", "web", std::string(params.get("unit")),
                                            lines.empty() ? 500 : std::stoul(lines)},
                                           std::chrono::seconds(30));
        const Response response = console.get("/vms/web/journal", query);
        EXPECT_EQ(response.status, 200);
        return response.body;
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    /// The page's, of what was read.
    static json model(const Journals::Seen& seen) {
        json all = vm_top(full_vm("web"), Snapshot(), "journal");
        all.update(
            {{"READABLE", false}, {"STOPPED", false}, {"NOWRAP", false}, {"IS_BLOCKED", false}});
        all.update(journal_view(seen, {}, Journals::Clock::now()));
        return all;
    }
    ConsoleSite console{add_vms, add_logs, add_journal};
};

TEST_F(JournalTest, IsShownFilteredAndSent) {
    const std::string all = body();
    EXPECT_TRUE(has(all, "sshd[1]: one") && has(all, "2 lines"));
    EXPECT_TRUE(has(all, "href=\"/vms/web/journal.txt?unit=&amp;lines=500\""));
    EXPECT_TRUE(has(all, "banger vm exec web -- journalctl -n 500<"));
    const std::string some = body("q=cron");
    EXPECT_TRUE(has(some, "1 line has it"));
    EXPECT_FALSE(has(some, "sshd"));
    EXPECT_TRUE(has(body("q=nothing"), "No line has that."));
    EXPECT_TRUE(has(body("unit=ssh.service&lines=2000"), "journalctl -n 2000 -u ssh.service<"));
    const Response text = console.get("/vms/web/journal.txt");
    EXPECT_EQ(text.content_type, "text/plain; charset=utf-8");
    EXPECT_TRUE(has(text.body, "cron[2]: two\n"));
    EXPECT_EQ(page_header(text, "Content-Disposition"), "attachment; filename=\"web-journal.txt\"");
}

TEST_F(JournalTest, ShowsWhatTheGuestWroteAsText) { // T9
    for (const std::string& evil : hostile_texts()) {
        const std::string page = drawn("vm_journal", [&] {
            Journals::Found found;
            found.text = evil + " \x1b]8;;http://evil\x07link\n";
            return model({std::make_shared<const Journals::Found>(found), false});
        }());
        EXPECT_TRUE(has(shown_by_browser(page), evil)) << evil;
        EXPECT_FALSE(has(page, "http://evil\"")) << evil;
    }
}

TEST_F(JournalTest, WaitsForNoGuest) {
    const std::string page = drawn("vm_journal", model({nullptr, true}));
    EXPECT_TRUE(has(page, "has not answered yet"));
    EXPECT_FALSE(has(page, "<pre"));
    EXPECT_EQ(journal_view({nullptr, true}, {}, {}).at("REFRESH"), true);
    const Journals::Seen first =
        console.site().journals.look({"a1b2c3d4e5f6", "web", "", 500}, std::chrono::seconds(0));
    EXPECT_TRUE(first.found || first.under_way) << "what comes is not waited for";
}

TEST_F(JournalTest, SaysHowOldItIsWhileTheGuestIsSilent) {
    Journals::Found found;
    found.at = Journals::Clock::time_point(std::chrono::seconds(1000));
    found.text = "old line\n";
    const auto seen = std::make_shared<const Journals::Found>(found);
    const json view = journal_view({seen, true}, {}, found.at + std::chrono::seconds(12));
    EXPECT_TRUE(has(view.at("LATE").at("VALUE"), "of 12 s ago"));
    EXPECT_TRUE(view.at("LOG").is_object());
    EXPECT_EQ(journal_view({seen, false}, {}, found.at).at("LATE"), false);
}

TEST_F(JournalTest, SaysWhyItIsNotThere) {
    console.host().fail[std::string("api.request ") + journal_action] = {
        BANGER_E_UNAVAILABLE, "no agent answers in VM <b>web</b>", "banger doctor tells of agents"};
    const std::string page = body();
    EXPECT_TRUE(has(page, "no agent answers in VM &lt;b&gt;web&lt;/b&gt;"));
    EXPECT_TRUE(has(page, "banger doctor tells of agents"));
    EXPECT_THROW((void)console.get("/vms/web/journal.txt"), Problem);
}

TEST_F(JournalTest, OfAVmThatDoesNotRunIsNotAskedFor) {
    json stopped = full_vm("web");
    stopped["state"] = "stopped";
    console.set("/v1/vms", {{"vms", {stopped}}});
    const std::string page = console.get("/vms/web/journal").body;
    EXPECT_TRUE(has(page, "It does not run"));
    EXPECT_TRUE(has(page, "href=\"/vms/web/logs\""));
    for (const std::string& request : console.host().recorded().calls) {
        EXPECT_FALSE(has(request, "journal")) << request;
    }
    EXPECT_EQ(console.get("/vms/gone/journal").status, 404);
    EXPECT_THROW((void)console.get("/vms/gone/journal.txt"), Problem);
}

TEST_F(JournalTest, KeepsOnlySoMany) {
    for (std::size_t i = 0; i < 3 * Journals::most; ++i) {
        const auto seen = console.site().journals.look(
            {"a1b2c3d4e5f6", "web", "unit" + std::to_string(i), 500}, std::chrono::seconds(30));
        ASSERT_TRUE(seen.found);
        EXPECT_EQ(seen.found->problem, "");
    }
}

} // namespace
} // namespace web
