#include "console_site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

namespace web {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using test::ConsoleSite;
using test::count;
using test::full_vm;
using ::testing::HasSubstr;
using ::testing::Not;

class MetricsTest : public testing::Test {
  protected:
    MetricsTest() { tell(full_vm("web")); }
    void tell(json vm) {
        vm["pid"] = nullptr; // some process of this machine may have that number
        vm_ = std::move(vm);
        console.set("/v1/vms", {{"vms", json::array({vm_})}});
    }
    /// Its guest has been heard so many seconds ago.
    void heard(int ago, std::uint64_t uptime_ms, std::uint64_t received) {
        vm_["guest"]["stats"]["uptime_ms"] = uptime_ms;
        vm_["guest"]["stats"]["network"] =
            json::array({{{"rx_bytes", received}, {"tx_bytes", 2 * received}}});
        Snapshot now;
        now.vms = json::array({vm_});
        console.site().usage.take(now, Usage::Clock::now() - seconds(ago));
        console.set("/v1/vms", {{"vms", now.vms}});
    }
    json api(const std::string& path, const std::string& query = {}) {
        const Response response = console.get(path, query);
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.content_type, "application/json");
        return json::parse(response.body);
    }
    std::string page(const std::string& path, const std::string& query = {}) {
        const Response response = console.get(path, query);
        EXPECT_EQ(response.status, 200);
        return response.body;
    }
    /// The status and the hint of what is refused.
    std::pair<int, std::string> refusal(const std::string& path, const std::string& query = {}) {
        try {
            (void)console.get(path, query);
        } catch (const Problem& problem) {
            return {problem.status(), problem.hint()};
        }
        return {200, ""};
    }

    ConsoleSite console{add_home, add_vms, add_metrics};
    json vm_;
};

TEST_F(MetricsTest, TellOfAVm) {
    heard(60, 900000, 1000);
    heard(40, 920000, 21000);
    const json said = api("/api/v1/vms/web/metrics");
    EXPECT_EQ(said.at("window"), "5m");
    EXPECT_EQ(said.at("step_s"), 5);
    EXPECT_EQ(said.at("steps"), 60);
    EXPECT_EQ(said.at("from"), said.at("begin"));
    EXPECT_LE(said.at("next"), said.at("begin").get<std::int64_t>() + 305);
    const json& received = said.at("figures").at("received");
    EXPECT_EQ(received.at("unit"), "B/s");
    EXPECT_EQ(received.at("now"), 1000);
    EXPECT_EQ(received.at("least"), 1000);
    EXPECT_EQ(received.at("average"), 1000);
    EXPECT_EQ(received.at("most"), 1000);
    for (const char* kind : {"low", "mean", "high"}) {
        const json& values = received.at(kind);
        EXPECT_EQ(values.size(), 60U);
        const auto unknown = std::count(values.begin(), values.end(), json());
        EXPECT_TRUE(unknown == 55 || unknown == 56) << "20 s are in four steps, or in five";
    }
    const json& cpu = said.at("figures").at("cpu");
    EXPECT_EQ(cpu.at("unit"), "%");
    EXPECT_EQ(cpu.at("now"), 37.4);
    EXPECT_EQ(said.at("figures").at("memory").at("now"), 1073741824 - 429496729);
    EXPECT_EQ(said.at("figures").at("disk").at("unit"), "B");
    EXPECT_EQ(api("/api/v1/vms/web/metrics", "window=1h").at("steps"), 120);
    EXPECT_EQ(api("/api/v1/vms/web/metrics", "window=24h").at("step_s"), 300);
}

TEST_F(MetricsTest, TellWhatIsNewAlone) {
    heard(60, 900000, 1000);
    heard(40, 920000, 21000);
    const json all = api("/api/v1/vms/web/metrics");
    const std::int64_t next = all.at("next");
    const json news = api("/api/v1/vms/web/metrics", "since=" + std::to_string(next));
    EXPECT_EQ(news.at("from"), next / 5 * 5);
    const std::size_t known = news.at("figures").at("cpu").at("mean").size();
    EXPECT_LE(known, 10U);
    EXPECT_EQ(news.at("from").get<std::int64_t>() + 5 * static_cast<std::int64_t>(known),
              news.at("begin").get<std::int64_t>() + 300)
        << "up to the end of the window";
    EXPECT_EQ(news.at("figures").at("received").at("most"), 1000) << "of the whole window";
    // A browser that was away for long, or whose clock-wise later daemon is another.
    EXPECT_EQ(api("/api/v1/vms/web/metrics", "since=1").at("from"), all.at("begin"));
    EXPECT_EQ(api("/api/v1/vms/web/metrics", "since=99999999999").at("from"), all.at("begin"));
}

TEST_F(MetricsTest, TellOfThisMachine) {
    const json said = api("/api/v1/metrics", "window=1h");
    EXPECT_EQ(said.at("window"), "1h");
    EXPECT_GT(said.at("figures").at("memory").at("now"), 0);
}

TEST_F(MetricsTest, RefuseWhatIsNone) {
    EXPECT_EQ(refusal("/api/v1/vms/nosuch/metrics").first, 404);
    for (const char* path : {"/api/v1/metrics", "/api/v1/vms/web/metrics"}) {
        EXPECT_EQ(refusal(path, "window=7d"),
                  (std::pair<int, std::string>(400, "window is 5m, 1h or 24h")));
        for (const char* since : {"x", "-1", "1x", "1.5", "99999999999999999999"}) {
            EXPECT_EQ(refusal(path, std::string("since=") + since).first, 400) << since;
        }
    }
    EXPECT_EQ(console.get("/vms/nosuch/metrics").status, 404);
}

TEST_F(MetricsTest, AskForVmsAndNothingElse) { // a tab asks every 5 s
    std::vector<std::string> asked;
    console.host().api = [&](const banger::fake::Host::ApiRequest& request) {
        asked.push_back(request.method + " " + request.target);
        return std::optional<banger::fake::Host::ApiAnswer>();
    };
    (void)api("/api/v1/vms/web/metrics");
    EXPECT_EQ(asked, std::vector<std::string>{"GET /v1/vms"});
}

TEST_F(MetricsTest, AreDrawnWithoutAScript) {
    heard(60, 900000, 1000);
    heard(40, 920000, 21000);
    const std::string text = page("/vms/web/metrics");
    EXPECT_EQ(count(text, "<figure "), 4U) << "nobody tells what its process does";
    for (const char* part : {"aria-label=\"CPU of web in the last 5 min\"",
                             "aria-label=\"Network of web in the last 5 min\"",
                             "<span>100 %</span>", "<span>1 GiB</span>", "5 min ago",
                             "data-line=\"received\" d=\"M", "data-line=\"sent\" d=\"M",
                             "<caption>web in the last 5 min</caption>", "Network, sent"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
    EXPECT_TRUE(std::regex_search(
        text, std::regex("<tr data-metric=\"received\">.*data-of=\"now\">1000 B/s<")));
    EXPECT_TRUE(std::regex_search(text, std::regex("<a href=\"/vms/web/metrics\" "
                                                   "aria-current=\"page\">Charts</a>")));
}

TEST_F(MetricsTest, HaveAWindowInTheirAddress) {
    const auto current = [&](const std::string& query) {
        const std::string text = page("/vms/web/metrics", query);
        std::smatch found;
        const std::regex link("\\?window=([0-9a-z]+)\" aria-current");
        return std::regex_search(text, found, link) ? found[1].str() : "";
    };
    EXPECT_EQ(current(""), "5m");
    EXPECT_EQ(current("window=1h"), "1h");
    EXPECT_EQ(current("window=24h"), "24h");
    EXPECT_EQ(current("window=%22%3E"), "5m");
    EXPECT_THAT(page("/metrics", "window=24h"), HasSubstr("data-window=\"24h\""));
}

TEST_F(MetricsTest, BringTheirScriptOnTheirPagesAlone) {
    for (const char* path : {"/metrics", "/vms/web/metrics"}) {
        const std::string text = page(path);
        EXPECT_TRUE(std::regex_search(
            text, std::regex("<script src=\"/static/[0-9a-f]{12}/charts.js\" defer></script>")));
        EXPECT_TRUE(std::regex_search(
            text,
            std::regex("<link rel=\"stylesheet\" href=\"/static/[0-9a-f]{12}/charts.css\">")));
        EXPECT_LT(text.find("/app.js"), text.find("/charts.js"));
    }
    for (const char* path : {"/", "/vms", "/vms/web"}) {
        EXPECT_THAT(page(path), Not(HasSubstr("/charts."))) << path;
    }
}

TEST_F(MetricsTest, AreLedToFromWhereFiguresAre) {
    EXPECT_THAT(page("/"), HasSubstr("<a href=\"/metrics\">"));
    EXPECT_EQ(count(page("/vms/web"), "href=\"/vms/web/metrics\""), 2U);
}

TEST_F(MetricsTest, SayWhyThereAreNone) {
    json vm = full_vm("web");
    vm["guest"] = nullptr;
    tell(vm);
    EXPECT_THAT(page("/vms/web/metrics"), HasSubstr("Its guest says nothing of itself"));
}

TEST_F(MetricsTest, SayThatAVmDoesNotRun) {
    json vm = full_vm("web");
    vm["guest"] = nullptr;
    vm["state"] = "stopped";
    tell(vm);
    const std::string text = page("/vms/web/metrics");
    EXPECT_THAT(text, HasSubstr("It does not run"));
    EXPECT_EQ(count(text, "<figure "), 0U);
    EXPECT_EQ(count(text, "<table"), 0U);
    EXPECT_THAT(text, HasSubstr("data-metrics=\"/api/v1/vms/web/metrics\"")) << "it may begin";
}

TEST_F(MetricsTest, ShowAVmThatHasStopped) {
    heard(60, 900000, 1000);
    heard(40, 920000, 21000);
    json vm = full_vm("web");
    vm["guest"] = nullptr;
    vm["state"] = "stopped";
    tell(vm);
    const std::string text = page("/vms/web/metrics");
    EXPECT_THAT(text, HasSubstr("data-of=\"now\">–<"));
    EXPECT_THAT(text, HasSubstr("data-line=\"received\" d=\"M"));
    EXPECT_THAT(text, HasSubstr("<span>1 GiB</span>")) << "as it was made";
    EXPECT_TRUE(api("/api/v1/vms/web/metrics").at("figures").at("cpu").at("now").is_null());
}

TEST_F(MetricsTest, AreSmallEvenForADay) {
    std::uint64_t uptime = 1000, received = 0;
    for (int ago = 86400; ago > 0; ago -= 30) {
        received += static_cast<std::uint64_t>(ago) * 7919 % 1000003;
        heard(ago, uptime += 30000, received);
    }
    EXPECT_LT(page("/vms/web/metrics", "window=24h").size(), 32U << 10U);
    const json said = api("/api/v1/vms/web/metrics", "window=24h");
    EXPECT_EQ(said.at("figures").at("received").at("mean").size(), 288U);
    EXPECT_LT(said.dump().size(), 64U << 10U);
}

} // namespace
} // namespace web
