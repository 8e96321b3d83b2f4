#include "running_agent.hpp"

#include "os/file.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace agent {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EndpointTest : public testing::Test {
  protected:
    json get(const std::string& target) {
        const Response response = client.ask("GET", target);
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body);
    }
    void refused(const std::string& method, const std::string& target, std::string_view body,
                 int status, const std::string& kind) {
        const Response response = client.ask(method, target, body);
        EXPECT_EQ(response.status, status) << method << " " << target << " " << body;
        EXPECT_EQ(json::parse(response.body)["error"]["kind"], kind) << response.body;
    }
    std::string put_target(const std::string& name) const {
        return "/v1/files?path=" + (running.dir.path() / name).string() +
               "&mode=0640&uid=" + std::to_string(::geteuid()) +
               "&gid=" + std::to_string(::getegid());
    }

    RunningAgent running;
    Client client{running};
};

TEST_F(EndpointTest, UnknownOnesAreUnsupported) {
    refused("GET", "/v2/health", "", 404, "unsupported");
    refused("DELETE", "/v1/health", "", 404, "unsupported");
    refused("GET", "/", "", 404, "unsupported");
}

TEST_F(EndpointTest, StatsAreThoseOfThisSystem) {
    const json stats = get("/v1/stats");
    EXPECT_EQ(stats["cpu"]["count"], ::sysconf(_SC_NPROCESSORS_ONLN));
    EXPECT_GT(stats["memory"]["total"], stats["memory"]["available"]);
    EXPECT_EQ(stats["load"].size(), 3U);
    EXPECT_GE(stats["processes"], 1);
    EXPECT_TRUE(stats["disks"].is_array());
    EXPECT_TRUE(stats["network"].is_array());
}

TEST_F(EndpointTest, PortsAreListed) {
    EXPECT_TRUE(get("/v1/ports")["ports"].is_array());
    refused("GET", "/v1/ports?titles=2", "", 400, "invalid");
}

TEST_F(EndpointTest, TimeIsSetToWhatIsWanted) {
    const auto now_ns = get("/v1/time")["unix_ns"].get<std::int64_t>();
    const std::int64_t wanted_ns = now_ns + 3'600'000'000'000;
    const Response set = client.ask("PUT", "/v1/time", json{{"unix_ns", wanted_ns}}.dump());
    EXPECT_EQ(set.status, 200);
    EXPECT_EQ(json::parse(set.body)["set"], true);
    EXPECT_GT(json::parse(set.body)["was_off_ms"], 3'000'000); // the rest is how long that took
    EXPECT_THAT(RunningAgent::times_set, ElementsAre(wanted_ns));
}

TEST_F(EndpointTest, TimesAreChecked) {
    for (const char* body : {"", "{}", R"({"unix_ns":-1})", R"({"unix_ns":1.5})",
                             R"({"unix_ns":18446744073709551615})", "[1]", "{\"unix_ns\":"}) {
        refused("PUT", "/v1/time", body, 400, "invalid");
    }
    EXPECT_THAT(RunningAgent::times_set, IsEmpty());
}

TEST_F(EndpointTest, PowerNeedsAnAction) {
    for (const char* body : {"", "{}", R"({"action":"halt"})", R"({"action":1})",
                             R"({"action":"reboot","reason":1})"}) {
        refused("POST", "/v1/power", body, 400, "invalid");
    }
}

TEST_F(EndpointTest, ConfigurationsAreChecked) {
    refused("PUT", "/v1/config", "{", 400, "invalid");
    refused("PUT", "/v1/config", R"({"version":2})", 400, "invalid");
    refused("POST", "/v1/power", std::string(65537, ' '), 413, "too_large");
}

TEST_F(EndpointTest, ABootIsDescribed) {
    const json boot = get("/v1/boot");
    EXPECT_FALSE(boot["kernel"].get<std::string>().empty());
    EXPECT_TRUE(boot["finished_ms"].is_null());
}

TEST_F(EndpointTest, AFileGoesThereAndBack) {
    std::string data;
    for (int i = 0; i < 300000; ++i) {
        data += static_cast<char>(i * 7 + i / 256);
    }
    EXPECT_EQ(client.ask("PUT", put_target("new"), data).status, 201);
    EXPECT_EQ(banger::os::read_file(running.dir.path() / "new"), data);
    struct stat info {};
    ASSERT_EQ(::stat((running.dir.path() / "new").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0640U);
    const Response back =
        client.ask("GET", "/v1/files?path=" + (running.dir.path() / "new").string());
    EXPECT_EQ(back.status, 200);
    EXPECT_EQ(back.body, data);
    const json about = json::parse(back.headers.at("banger-file"));
    EXPECT_EQ(about["size"], 300000);
    EXPECT_EQ(about["mode"], 0640);
}

TEST_F(EndpointTest, AFileThatDoesNotComeWholeLeavesTheOldOne) {
    banger::os::write_file_atomic(running.dir.path() / "f", "old", 0644);
    Client other(running);
    other.send("PUT " + put_target("f") + " HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf");
    EXPECT_EQ(client.ask("GET", "/v1/time").status, 200);
    other.hang_up();
    ASSERT_TRUE(running.until([&] { return running.agent.connections().taken() == 1; }));
    EXPECT_EQ(banger::os::read_file(running.dir.path() / "f"), "old");
    for (const auto& entry : fs::directory_iterator(running.dir.path())) {
        EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("banger-new")));
    }
}

TEST_F(EndpointTest, FilesThatCannotBeAreRefused) {
    const std::string dir = running.dir.path();
    ASSERT_EQ(::mkfifo((dir + "/pipe").c_str(), 0600), 0);
    refused("GET", "/v1/files", "", 400, "invalid");
    refused("GET", "/v1/files?path=relative", "", 400, "invalid");
    refused("GET", "/v1/files?path=" + dir, "", 400, "invalid");
    refused("GET", "/v1/files?path=" + dir + "/pipe", "", 400, "invalid");
    refused("GET", "/v1/files?path=" + dir + "/absent", "", 404, "not_found");
    refused("PUT", "/v1/files?path=" + dir + "/no/folder", "abc", 404, "not_found");
    refused("PUT", "/v1/files?path=" + dir + "/x&mode=999", "abc", 400, "invalid");
    refused("PUT", "/v1/files?path=" + dir + "/x&uid=-1", "abc", 400, "invalid");
    refused("PUT", put_target("state"), "abc", 400, "invalid");
    EXPECT_EQ(client.ask("GET", "/v1/health").status, 200);
}

TEST_F(EndpointTest, TheJournalChecksWhatItIsAsked) {
    refused("GET", "/v1/journal?lines=x", "", 400, "invalid");
    refused("GET", "/v1/journal?unit=a%20b", "", 400, "invalid");
}

} // namespace
} // namespace agent
