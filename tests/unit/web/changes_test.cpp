#include "pages/changes.hpp"

#include "console_site.hpp"
#include "page_host.hpp"
#include "pages/vm_detail.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace web {
namespace {

using nlohmann::json;
using test::ConsoleSite;
using test::count;
using test::full_vm;

constexpr const char* diff_action = "POST /v1/plugins/imagebuild/actions/cli/diff";

json row(const std::string& change, const std::string& path, const json& bytes = nullptr) {
    return {{"change", change}, {"type", "file"}, {"size_bytes", bytes}, {"path", path}};
}

class ChangesTest : public testing::Test {
  protected:
    ChangesTest() {
        console.set("/v1/vms", {{"vms", {full_vm("web")}}});
        says({row("added", "/etc/app.conf", 1229), row("changed", "/etc/nginx/nginx.conf", 3174),
              row("removed", "/srv/old"), row("added", "/opt/tool", 5)});
    }
    void says(const json& rows, const std::string& text = {}) {
        json output = json::array({{{"kind", "json"}, {"json", rows}}});
        if (!text.empty()) {
            output.push_back({{"kind", "text"}, {"text", text}});
        }
        console.answer(diff_action, {{"status", "ok"}, {"output", output}});
    }
    /// Asks for a look, and waits until that has ended.
    void look(const std::string& form = {}) {
        const Response response = console.post("/vms/web/changes", form);
        EXPECT_EQ(response.status, 303);
        EXPECT_EQ(page_header(response, "Location"), "/vms/web/changes");
        wait();
    }
    void wait() {
        for (int i = 0; i < 3000 && console.site().changes.seen(id).under_way; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        ASSERT_FALSE(console.site().changes.seen(id).under_way);
    }
    std::string body(const std::string& query = {}) {
        const Response response = console.get("/vms/web/changes", query);
        EXPECT_EQ(response.status, 200);
        return response.body;
    }
    /// Looks go on until that is set.
    void hold_looks(std::promise<void>& answer) {
        console.host().api =
            [answered = answer.get_future().share()](const banger::fake::Host::ApiRequest& request)
            -> std::optional<banger::fake::Host::ApiAnswer> {
            if (has(request.target, "cli/diff")) {
                answered.wait();
            }
            return {};
        };
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    std::size_t asked() {
        std::size_t times = 0;
        for (const std::string& request : console.host().recorded().calls) {
            times += has(request, "actions/cli/diff") ? 1 : 0;
        }
        return times;
    }
    static constexpr const char* id = "a1b2c3d4e5f6";
    ConsoleSite console{add_vms, add_changes};
};

TEST_F(ChangesTest, AreLookedAtOnlyWhenAskedFor) {
    const std::string before = body();
    EXPECT_TRUE(has(before, "Which files are not as in its image?"));
    EXPECT_TRUE(has(before, "<button class=\"button\" type=\"submit\">Look</button>"));
    EXPECT_TRUE(has(before, "banger vm diff web<"));
    EXPECT_EQ(asked(), 0U);
    look();
    EXPECT_EQ(asked(), 1U);
    const std::string after = body();
    EXPECT_TRUE(has(after, "Looked at just now"));
    EXPECT_TRUE(has(after, ">Look again</button>"));
    EXPECT_TRUE(has(after, "<span dir=\"auto\">/etc/nginx/nginx.conf</span>"));
    EXPECT_TRUE(has(after, "3.1 KiB"));
    EXPECT_EQ(count(after, "<tr>"), 5U) << "a heading, and each row";
    EXPECT_EQ(asked(), 1U) << "to read is not to look";
}

TEST_F(ChangesTest, AreFoundByKindAndPath) {
    look();
    const std::string added = body("change=added");
    EXPECT_EQ(count(added, "<tr>"), 3U);
    EXPECT_TRUE(has(added, "href=\"/vms/web/changes?change=removed\">Removed <strong>1</strong>"));
    const std::string etc = body("q=%2Fetc%2F");
    EXPECT_EQ(count(etc, "<tr>"), 3U);
    EXPECT_TRUE(has(etc, "href=\"/vms/web/changes?q=%2Fetc%2F&amp;change=added\""));
    EXPECT_TRUE(has(etc, "All <strong>2</strong>"));
    EXPECT_TRUE(has(body("q=nowhere"), "No change is like that."));
    EXPECT_TRUE(has(body("change=removed&q=etc"), "No change is like that."));
}

TEST_F(ChangesTest, SayWhenThereAreNone) {
    says(json::array());
    look();
    EXPECT_TRUE(has(body(), "All of its files are as in its image."));
}

TEST_F(ChangesTest, AreAskedForWithWhatEachVmHas) {
    json last;
    console.host().api = [&](const banger::fake::Host::ApiRequest& request)
        -> std::optional<banger::fake::Host::ApiAnswer> {
        if (has(request.target, "cli/diff")) {
            last = json::parse(request.body);
        }
        return {};
    };
    look("all=1");
    EXPECT_EQ(last, (json{{"vm", "web"}, {"all", true}}));
    EXPECT_TRUE(has(body(), "name=\"all\" value=\"1\" checked"));
    look();
    EXPECT_EQ(last, (json{{"vm", "web"}, {"all", false}}));
}

TEST_F(ChangesTest, SayWhyTheyAreNotKnown) {
    console.host().fail[std::string("api.request ") + diff_action] = {
        BANGER_E_NOT_FOUND, "no plugin 'imagebuild' <b>", "see them with: banger plugin ls"};
    look();
    const std::string page = body();
    EXPECT_TRUE(has(page, "no plugin &#39;imagebuild&#39; &lt;b&gt;"));
    EXPECT_TRUE(has(page, "banger plugin ls"));
    EXPECT_FALSE(has(page, "<table>"));
    EXPECT_TRUE(has(page, ">Look again</button>"));
}

TEST_F(ChangesTest, WaitWithoutHoldingUpAPage) {
    std::promise<void> answer;
    hold_looks(answer);
    EXPECT_EQ(console.post("/vms/web/changes").status, 303);
    EXPECT_EQ(console.post("/vms/web/changes").status, 303);
    EXPECT_TRUE(has(body(), "Its disk is looked at."));
    answer.set_value();
    wait();
    EXPECT_TRUE(has(body(), "Looked at just now"));
    EXPECT_EQ(asked(), 1U) << "who asks twice is answered once";
}

TEST_F(ChangesTest, SayThatTheyAreLookedAt) {
    json view = changes_view({nullptr, true}, "/vms/web/changes", {}, {});
    EXPECT_EQ(view.at("REFRESH"), true);
    EXPECT_EQ(view.at("EVERY"), 1);
    json model = vm_top(full_vm("web"), Snapshot(), "changes");
    model.update({{"COMMAND", "x"}, {"RUNS", true}, {"IS_COPY", false}, {"IS_BLOCKED", false}});
    model.update(view);
    const std::string page = drawn("vm_changes", model);
    EXPECT_TRUE(has(page, "Its disk is looked at."));
    EXPECT_TRUE(has(page, "disabled aria-describedby=\"looking\""));
}

TEST_F(ChangesTest, ShowNamesAsText) { // T9
    for (const std::string& evil : hostile_texts()) {
        says({row("added", "/" + evil, 1), row(evil, "/x")});
        look();
        const std::string page = body();
        EXPECT_TRUE(has(shown_by_browser(page), "/" + evil)) << evil;
    }
    says({row("added", "/a\x1b[31m\nb\xe2\x80\xae"), json(4), json::array(), {{"path", 7}}});
    look();
    EXPECT_FALSE(has(body(), "\x1b"));
}

TEST_F(ChangesTest, AreBounded) {
    json many = json::array();
    for (int i = 0; i < 1500; ++i) {
        many.push_back(row("added", "/srv/file-" + std::to_string(i)));
    }
    says(many, "and 7 more, which are not shown");
    look();
    const std::string page = body();
    EXPECT_EQ(count(page, "<tr>"), 1001U);
    EXPECT_TRUE(has(page, "The first 1000 of 1500 are shown."));
    EXPECT_TRUE(has(page, "These are of the first 1500 changes"));
    EXPECT_TRUE(has(body("q=file-1499"), "/srv/file-1499")) << "those behind are found";
    says(json(1000, row("added", std::string(4000, 'x'))));
    look();
    const auto found = console.site().changes.seen(id).found;
    EXPECT_LT(found->rows.size(), 1000U);
    EXPECT_EQ(found->more, 1000 - found->rows.size());
    EXPECT_TRUE(has(body(), "These are of the first " + std::to_string(found->rows.size())));
    EXPECT_TRUE(has(body("q=nowhere"), "No change is like that among the first"));
}

TEST_F(ChangesTest, OfSoManyVmsAreKept) {
    for (std::size_t i = 0; i < 2 * Changes::most_vms; ++i) {
        const std::string other = "id" + std::to_string(i);
        EXPECT_EQ(console.site().changes.begin(other, "web", false), "");
        while (console.site().changes.seen(other).under_way) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    EXPECT_FALSE(console.site().changes.seen("id0").found);
    EXPECT_TRUE(console.site().changes.seen("id7").found);
}

TEST_F(ChangesTest, AreNoneOnlyWhereAListSaysSo) {
    for (const json& odd : {json(), json::array(), json{{"status", "ok"}},
                            json{{"output", {{{"kind", "json"}, {"json", {{"a", 1}}}}}}}}) {
        console.answer(diff_action, odd);
        look();
        EXPECT_TRUE(has(body(), "gave no list of changes")) << odd;
        EXPECT_FALSE(has(body(), "as in its image.")) << odd;
    }
}

TEST_F(ChangesTest, AreLookedAtForSoManyAtATime) {
    look();
    std::promise<void> answer;
    hold_looks(answer);
    Changes& changes = console.site().changes;
    for (std::size_t i = 0; i < 3 * Changes::most_vms; ++i) {
        EXPECT_EQ(changes.begin("id" + std::to_string(i), "web", false),
                  i < Changes::most_vms ? "" : "4 are under way already");
    }
    EXPECT_TRUE(changes.seen("id0").under_way);
    const Response refused = console.post("/vms/web/changes");
    EXPECT_EQ(refused.status, 409);
    EXPECT_TRUE(has(refused.body, "web is not looked at now: 4 are under way already"));
    EXPECT_TRUE(changes.seen(id).found) << "what was found before stays";
    answer.set_value();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < 3 * Changes::most_vms; ++i) {
        const std::string each = "id" + std::to_string(i);
        while (changes.seen(each).under_way) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    for (std::size_t i = 0; i < 3 * Changes::most_vms; ++i) {
        kept += changes.seen("id" + std::to_string(i)).found ? 1 : 0;
    }
    EXPECT_LE(kept, Changes::most_vms);
}

TEST_F(ChangesTest, OfAVmThatIsGoneAreNot) {
    EXPECT_EQ(console.get("/vms/gone/changes").status, 404);
    EXPECT_THROW((void)console.post("/vms/gone/changes"), Problem);
    EXPECT_EQ(asked(), 0U);
}

} // namespace
} // namespace web
