#include "web_plugin.hpp"

#include <thread>

namespace web::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

/// GET /events and /api/v1/state of the plugin's own library, by raw sockets.
class Events : public WebPlugin {
  protected:
    Events() {
        host.answers["GET /v1/operations/op-1"] =
            R"({"id":"op-1","state":"running","stage":"boot","percent":42})";
        host.begin(config());
    }
    [[nodiscard]] std::string asked(const std::string& path, const std::string& more = {}) const {
        return "GET " + path + " HTTP/1.1\r\nHost: " + own_host() + "\r\n" + more + "\r\n";
    }
    /// Opens it, and reads its first sign of life; "" unless it is a stream.
    std::string open(RawClient& client, const std::string& path = "/events",
                     const std::string& more = {}) const {
        const auto answer = client.ask(asked(path, more));
        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_EQ(answer.header("content-type"), "text/event-stream");
        const std::string text = client.read_until("event: beat", seconds(5));
        return text + client.read_until("\n\n", seconds(5));
    }
    void vm(const std::string& name, const std::string& state = "running") {
        host.event("vm.state", json{{"type", "vm.state"}, {"vm", name}, {"state", state}}.dump());
    }
    void operation(const std::string& state, const std::string& stage = "boot") {
        host.event("operation", json{{"type", "operation"},
                                     {"operation", "op-1"},
                                     {"kind", "vm.start"},
                                     {"target", "web-1"},
                                     {"state", state},
                                     {"stage", stage}}
                                    .dump());
    }
    static std::string last_id(const std::string& text) {
        const std::size_t at = text.rfind("id: ");
        return at == std::string::npos ? "" : text.substr(at + 4, text.find('\n', at) - at - 4);
    }
};

TEST_F(Events, TellAPageWhatHappens) {
    RawClient client(port);
    EXPECT_THAT(open(client), HasSubstr("event: beat\nid: "));
    vm("web-1");
    EXPECT_THAT(client.read_until("web-1", seconds(5)), HasSubstr("\ndata: {"));
    operation("running");
    EXPECT_THAT(client.read_until(R"("percent":42)", seconds(5)), HasSubstr("percent"));
    operation("succeeded");
    EXPECT_THAT(client.read_until(R"("state":"succeeded")", seconds(5)), HasSubstr("succeeded"));
}

TEST_F(Events, GoOnWhereTheyWereCutOff) {
    std::string seen;
    {
        RawClient client(port);
        open(client);
        vm("web-1");
        seen = last_id(client.read_until("web-1", seconds(5)));
    }
    vm("web-2");
    vm("web-3", "stopped");
    for (const auto& [path, header] :
         {std::pair<std::string, std::string>{"/events", "Last-Event-ID: " + seen + "\r\n"},
          {"/events?since=" + seen, ""},
          {"/events?since=1", "Last-Event-ID: " + seen + "\r\n"}}) {
        RawClient again(port);
        const std::string missed = open(again, path, header);
        EXPECT_THAT(missed, Not(HasSubstr("web-1")));
        EXPECT_THAT(missed, HasSubstr("web-2"));
        EXPECT_THAT(missed, HasSubstr("web-3"));
        EXPECT_THAT(missed, Not(HasSubstr("resync")));
    }
}

TEST_F(Events, SayWhenAllIsToBeReadAnew) {
    for (const char* last : {"1", "99999999999999999", "no number", "-1", "18446744073709551616"}) {
        RawClient client(port);
        EXPECT_THAT(open(client, "/events", std::string("Last-Event-ID: ") + last + "\r\n"),
                    HasSubstr("event: resync\nid: "))
            << last;
    }
    host.end();
    host.begin(config()); // what was told before its last start is of another life
    RawClient client(port);
    const std::string now = last_id(open(client));
    RawClient before(port);
    EXPECT_THAT(open(before, "/events?since=" + std::to_string(std::stoull(now) - 10000)),
                HasSubstr("event: resync"));
}

TEST_F(Events, AreOfTheTopicsThatAreWanted) {
    RawClient client(port);
    open(client, "/events?topics=ops,images");
    vm("web-1");
    operation("failed");
    const std::string told = client.read_until(R"({"t":"images"})", seconds(5));
    EXPECT_THAT(told, HasSubstr(R"("t":"op")"));
    EXPECT_THAT(told, Not(HasSubstr(R"("t":"vm")")));
    EXPECT_EQ(get("/events?topics=everything").status, 400);
    EXPECT_EQ(get("/events?since=yesterday").status, 400);
    EXPECT_EQ(get("/api/v1/state?since=-1").status, 400);
    EXPECT_EQ(get("/api/v1/state?topics=x").status, 400);
}

TEST_F(Events, OfOneOperationAreFourASecond) {
    RawClient client(port);
    open(client, "/events?topics=ops");
    const auto begin = std::chrono::steady_clock::now();
    int sent = 0;
    while (std::chrono::steady_clock::now() - begin < seconds(1)) {
        operation("running", "step " + std::to_string(++sent));
        std::this_thread::sleep_for(milliseconds(2));
    }
    operation("succeeded");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const std::string told = client.read_until(R"("state":"succeeded")", seconds(5));
    EXPECT_THAT(told, HasSubstr(R"("state":"succeeded")"));
    int count = -1; // the end
    for (std::size_t at = told.find("data:"); at != std::string::npos;
         at = told.find("data:", at + 1)) {
        ++count;
    }
    EXPECT_GT(sent, 8);
    EXPECT_GE(count, 1);
    EXPECT_LE(count, 4 * took.count() + 1);
}

TEST_F(Events, AreAskedForWhereNoStreamIs) {
    const auto first = get("/api/v1/state");
    EXPECT_EQ(first.header("content-type"), "application/json");
    const json begin = json::parse(first.body);
    EXPECT_EQ(begin.at("resync"), true);
    const std::string since = "/api/v1/state?since=";
    const std::string seen = begin.at("rev").dump();
    const auto same = get(since + seen);
    EXPECT_EQ(same.status, 204);
    EXPECT_EQ(same.body, "");
    vm("web-1", "stopped");
    operation("running");
    const json news = json::parse(get(since + seen).body);
    ASSERT_EQ(news.at("facts").size(), 2U);
    EXPECT_EQ(news.at("facts")[0].at("state"), "stopped");
    EXPECT_EQ(news.at("facts")[1].at("percent"), 42);
    EXPECT_EQ(get(since + news.at("rev").dump()).status, 204);
}

TEST_F(Events, AreForPagesOfOurOwn) { // T4, T11
    for (const char* site : {"cross-site", "same-site"}) {
        for (const char* path : {"/events", "/api/v1/state?since=0"}) {
            RawClient client(port);
            EXPECT_EQ(client
                          .ask(asked(path, std::string("Sec-Fetch-Site: ") + site +
                                               "\r\nSec-Fetch-Mode: no-cors\r\n"))
                          .status,
                      403)
                << path;
        }
    }
}

TEST_F(Events, EndWithTheDaemon) {
    RawClient client(port);
    open(client);
    host.end();
    EXPECT_TRUE(client.ends_within(seconds(5)));
}

} // namespace
} // namespace web::test
