#include "program.hpp"

#include "os/file.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace banger::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Browser : public ProgramTest {
  protected:
    Browser() : opened(home.path() / "opened") {
        start_daemon();
        std::filesystem::create_directories(home.path() / "bin");
        os::write_file_atomic(home.path() / "bin/xdg-open",
                              "#!/bin/sh\nprintf '%s' \"$*\" >" + opened.string() + ".new && mv " +
                                  opened.string() + ".new " + opened.string() + "\n",
                              0755);
        daemon->on("GET /v1/plugins", R"({"plugins":[{"id":"web"}]})");
        daemon->on("GET /v1/plugins/web",
                   R"({"id":"web","state":"active","actions":[{"kind":"cli","name":"web"}]})");
        says(R"({"open":"http://127.0.0.1:7777/"})");
    }
    void says(const std::string& json) const {
        daemon->on("POST /v1/plugins/web/actions/cli/web",
                   R"({"status":"ok","output":[{"kind":"json","json":)" + json + "}]}");
    }
    /// What the browser was given within this time.
    [[nodiscard]] std::string shown(std::chrono::milliseconds time) const {
        const auto end = std::chrono::steady_clock::now() + time;
        while (!std::filesystem::exists(opened) && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return os::find_file(opened).value_or("");
    }

    const std::filesystem::path opened;
    const std::chrono::milliseconds soon{5000}, a_while{300};
};

TEST_F(Browser, ShowsThePageWhereThereIsADisplay) {
    const Result result = run_on_terminal({"web"}, {}, {"DISPLAY=:7"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr("http://127.0.0.1:7777/"));
    EXPECT_THAT(result.out, Not(HasSubstr("it is for a browser")));
    EXPECT_EQ(shown(soon), "http://127.0.0.1:7777/");
}

TEST_F(Browser, IsNotStartedWithoutADisplay) {
    const Result result = run({"web"});
    EXPECT_EQ(result.out, "http://127.0.0.1:7777/\n");
    EXPECT_EQ(result.err, "it is for a browser of this machine\n");
    EXPECT_EQ(shown(a_while), "");
}

TEST_F(Browser, IsNotStartedForAProgramThatReads) {
    const Result result = run_on_terminal({"web", "--json"}, {}, {"DISPLAY=:7"});
    EXPECT_THAT(result.out, HasSubstr(R"("open": "http://127.0.0.1:7777/")"));
    EXPECT_EQ(shown(a_while), "");
}

TEST_F(Browser, IsNotSentElsewhereByAPlugin) {
    for (const char* url :
         {"http://127.0.0.1@evil.test/", "http://127.0.0.1.evil.test/", "https://evil.test/",
          "file:///etc/passwd", "--help", "http://127.0.0.1:7777/ x"}) {
        says(R"({"open":")" + std::string(url) + R"("})");
        const Result result = run_on_terminal({"web"}, {}, {"DISPLAY=:7"});
        EXPECT_THAT(result.out, HasSubstr("it is for a browser")) << url;
    }
    EXPECT_EQ(shown(a_while), "");
}

} // namespace
} // namespace banger::test
