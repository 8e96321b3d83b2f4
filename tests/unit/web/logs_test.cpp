#include "console_site.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace web {
namespace {

using nlohmann::json;
using test::ConsoleSite;

class LogsTest : public testing::Test {
  protected:
    LogsTest() {
        json web = test::full_vm("web"), db = test::full_vm("db");
        web["paths"]["console"] = path("web").string();
        db["paths"]["console"] = path("db").string();
        db["state"] = "stopped";
        console.set("/v1/vms", {{"vms", {db, web}}});
    }
    [[nodiscard]] std::filesystem::path path(const std::string& name) const {
        return console.folder() / (name + ".log");
    }
    void write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path(name), std::ios::app) << bytes;
    }
    static std::string header(const Response& response, const std::string& name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) {
                return value;
            }
        }
        return {};
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    Response on(const Response& before, const std::string& more = {}) {
        return console.get("/vms/web/log", "file=" + header(before, "X-Banger-File") +
                                               "&from=" + header(before, "X-Banger-Next") + more);
    }

    ConsoleSite console{add_vms, add_logs};
};

TEST_F(LogsTest, ShowColoursAsClassesAndTextAsText) { // T9
    write("web", "[\033[32m OK \033[0m] <script>\r\n10%\r100%\r\nlogin: ");
    const std::string page = console.get("/vms/web/logs").body;
    EXPECT_TRUE(has(page, "[<span class=\"fg2\"> OK </span>] &lt;script&gt;\n100%\nlogin: </pre>"))
        << page;
    EXPECT_TRUE(has(page, "3 lines"));
    EXPECT_TRUE(has(page, "data-log-live=\"1\""));
    EXPECT_FALSE(has(page, "the log has ended"));
    write("db", "bye\n");
    EXPECT_TRUE(has(console.get("/vms/db/logs").body, "the log has ended"));
}

TEST_F(LogsTest, ShowTheLastLines) {
    for (int i = 0; i < 1000; ++i) {
        write("web", "line " + std::to_string(i) + ".\n");
    }
    const std::string page = console.get("/vms/web/logs").body;
    EXPECT_FALSE(has(page, "line 499."));
    EXPECT_TRUE(has(page, "line 500.") && has(page, "line 999."));
    EXPECT_TRUE(has(page, "the last 500 lines"));
    EXPECT_TRUE(has(console.get("/vms/web/logs", "lines=200").body, "the last 200 lines"));
    EXPECT_TRUE(has(console.get("/vms/web/logs", "lines=999999").body, "the last 500 lines"));
    EXPECT_TRUE(has(console.get("/vms/web/logs", "lines=2000").body, "1000 lines"));
}

TEST_F(LogsTest, FindWhatIsWritten) {
    for (int i = 0; i < 1000; ++i) {
        write("web", (i % 4 == 0 ? "\033[31mERR\033[0mor.* " : "fine ") + std::to_string(i) + "\n");
    }
    const std::string page = console.get("/vms/web/logs", "q=error.*&lines=200").body;
    EXPECT_TRUE(has(page, "250 lines have it, the last 200 are shown"));
    EXPECT_TRUE(has(page, "<span class=\"fg1 hit\">ERR</span><span class=\"hit\">or.*</span> 996"));
    EXPECT_FALSE(has(page, "fine"));
    EXPECT_TRUE(has(console.get("/vms/web/logs", "q=nowhere").body, "No line has that"));
    EXPECT_TRUE(has(console.get("/vms/web/logs", "q=%3Cb%3E").body, "value=\"&lt;b&gt;\""));
}

TEST_F(LogsTest, WrapOrNot) {
    write("web", "x\n");
    EXPECT_FALSE(has(console.get("/vms/web/logs").body, "tall nowrap"));
    EXPECT_TRUE(has(console.get("/vms/web/logs", "nowrap=1").body, "tall nowrap"));
}

TEST_F(LogsTest, AreKeptAsText) {
    write("web", "\033[32mas it is\033[0m <b>\n");
    const Response file = console.get("/vms/web/log");
    EXPECT_EQ(file.content_type, "text/plain; charset=utf-8");
    EXPECT_EQ(file.body, "\033[32mas it is\033[0m <b>\n");
    EXPECT_EQ(header(file, "Content-Disposition"), "attachment; filename=\"web-console.txt\"");
}

TEST_F(LogsTest, AreReadOnPieceByPiece) {
    write("web", "one\n");
    const Response first = console.get("/vms/web/log", "from=0");
    EXPECT_EQ(first.body, "one\n");
    EXPECT_EQ(header(first, "X-Banger-Next"), "4");
    const Response none = on(first);
    EXPECT_EQ(none.body, "");
    write("web", "two\nlog");
    const Response second = on(none);
    EXPECT_EQ(second.body, "two\nlog") << "also what is no whole line yet";
    std::filesystem::rename(path("web"), path("web").string() + ".1");
    write("web", "three\n");
    EXPECT_EQ(on(second).body, "three\n");
    EXPECT_EQ(header(on(second), "X-Banger-Again"), "");
    EXPECT_EQ(header(console.get("/vms/web/log", "file=1&from=9"), "X-Banger-Again"), "1");
}

TEST_F(LogsTest, APieceIsOfWholeLinesAndNotTooMuch) {
    const std::string line(1000, 'x');
    for (int i = 0; i < 400; ++i) {
        write("web", line + "\n");
    }
    const Response first = console.get("/vms/web/log", "from=0");
    EXPECT_LE(first.body.size(), 256U << 10U);
    EXPECT_EQ(first.body.back(), '\n');
    EXPECT_EQ(first.body.size() + on(first).body.size(), 400 * 1001U);
}

TEST_F(LogsTest, APieceMayBeFilteredAndDrawn) {
    write("web", "\033[31mred\033[0m\nblue\nre");
    const Response drawn = console.get("/vms/web/log", "from=0&html=1");
    EXPECT_EQ(drawn.body, "<span class=\"fg1\">red</span>\nblue\nre");
    EXPECT_EQ(drawn.content_type, "text/html; charset=utf-8");
    const Response filtered = console.get("/vms/web/log", "from=0&html=1&q=RE");
    EXPECT_EQ(filtered.body, "<span class=\"fg1 hit\">re</span><span class=\"fg1\">d</span>\n");
    write("web", "d too\n");
    EXPECT_EQ(on(filtered, "&html=1&q=RE").body, "<span class=\"hit\">re</span>d too\n");
    EXPECT_EQ(console.get("/vms/web/log", "from=0&q=blu").body, "blue\n");
    EXPECT_EQ(console.get("/vms/web/log", "from=0&q=none").body, "");
}

TEST_F(LogsTest, OfSeveralVmsStandOneBelowTheOther) {
    write("web", "from web\n");
    write("db", "from db\n");
    EXPECT_TRUE(has(console.get("/logs").body, "Choose one VM or several"));
    const std::string page = console.get("/logs", "vm=web&vm=db&vm=gone&q=from").body;
    EXPECT_TRUE(has(page, "<span class=\"hit\">from</span> web") &&
                has(page, "<span class=\"hit\">from</span> db"));
    EXPECT_FALSE(has(console.get("/logs", "vm=web").body, "from db"));
}

TEST_F(LogsTest, WithoutItsFileTheDaemonIsAsked) {
    console.set("/v1/vms/web/console?tail=500", "what the daemon has");
    EXPECT_TRUE(has(console.get("/vms/web/logs").body, "what the daemon has"));
    EXPECT_EQ(console.get("/vms/web/log", "from=0").body, "");
    EXPECT_EQ(console.get("/vms/web/log").body, "");
}

} // namespace
} // namespace web
