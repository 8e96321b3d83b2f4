#include "supervisor/control_server.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <unistd.h>

namespace banger::supervisor {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// A VM that answers a powerdown only when told to, and refuses a pause.
struct FakeVm final : ControlTarget {
    std::vector<std::string> asked;
    Done waiting;

    [[nodiscard]] json status() const override { return {{"phase", "running"}}; }
    void powerdown(Done done) override { waiting = std::move(done); }
    void pause(Done done) override {
        const os::Error error(os::ErrorKind::conflict, "caf\xe9 is closed");
        done(&error);
    }
    void resume(Done done) override {
        asked.emplace_back("resume");
        done(nullptr);
    }
    void resize(const std::string& disk, std::uint64_t bytes, Done done) override {
        asked.push_back("resize " + disk + " " + std::to_string(bytes));
        done(nullptr);
    }
    void kill(Done done) override {
        asked.emplace_back("kill");
        done(nullptr);
    }
};

class ControlServerTest : public testing::Test {
  protected:
    ControlServerTest() {
        std::array<int, 2> out{};
        std::array<int, 2> in{};
        if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(in.data(), O_CLOEXEC) != 0) {
            throw os::errno_error("pipe");
        }
        guest_out.reset(out[1]);
        guest_in.reset(in[0]);
        console.emplace(loop, log, os::UniqueFd(out[0]), os::UniqueFd(in[1]));
        os::UniqueFd listener = os::listen_unix(socket);
        ::fcntl(listener.get(), F_SETFL, O_NONBLOCK);
        server.emplace(loop, std::move(listener), vm, *console);
    }

    void with_loop(const std::function<void()>& body) {
        std::array<int, 2> wake{};
        ASSERT_EQ(::pipe2(wake.data(), O_CLOEXEC), 0);
        const os::UniqueFd wait(wake[0]);
        os::UniqueFd done(wake[1]);
        const auto stop = loop.watch(wait.get(), EPOLLIN, [this](std::uint32_t) { loop.stop(); });
        std::thread thread([&] {
            body();
            done.reset();
        });
        loop.run();
        thread.join();
    }

    os::UniqueFd client(const std::string& text) {
        os::UniqueFd fd = os::connect_unix(socket);
        os::send_all(fd.get(), text, 5s);
        return fd;
    }
    static json line(const os::UniqueFd& fd) {
        return json::parse(os::read_line(fd.get(), 10s).value_or("null"));
    }

    os::TemporaryDir dir;
    std::filesystem::path socket = dir.path() / "sup.sock";
    Loop loop;
    ConsoleLog log{dir.path() / "console.log", 100000};
    os::UniqueFd guest_out;
    os::UniqueFd guest_in;
    FakeVm vm;
    std::optional<Console> console;
    std::optional<ControlServer> server;
};

TEST_F(ControlServerTest, AnswersInOrderOnOneConnection) {
    with_loop([&] {
        const os::UniqueFd fd =
            client("{\"cmd\":\"status\"}\n{\"cmd\":\"resume\"}\n{\"cmd\":\"pau");
        EXPECT_EQ(line(fd).at("status").at("phase"), "running");
        EXPECT_EQ(line(fd), (json{{"ok", true}}));
        os::send_all(fd.get(), "se\"}\n", 5s);
        const json refused = line(fd);
        EXPECT_EQ(refused.at("error").at("kind"), "conflict");
        EXPECT_EQ(refused.at("error").at("message"), "caf\xef\xbf\xbd is closed");
    });
    EXPECT_EQ(vm.asked, std::vector<std::string>{"resume"});
}

TEST_F(ControlServerTest, AResizeNamesADiskAndItsBytes) {
    with_loop([&] {
        const os::UniqueFd fd =
            client("{\"cmd\":\"resize\",\"disk\":\"work\",\"bytes\":8589934592}\n");
        EXPECT_EQ(line(fd), (json{{"ok", true}}));
        for (const char* wrong :
             {"", ",\"disk\":\"work\"", ",\"bytes\":1", ",\"disk\":1,\"bytes\":1",
              ",\"disk\":\"work\",\"bytes\":-512", ",\"disk\":\"work\",\"bytes\":1.5"}) {
            const std::string text = std::string("{\"cmd\":\"resize\"") + wrong + "}\n";
            EXPECT_EQ(line(client(text)).at("error").at("kind"), "invalid") << text;
        }
    });
    EXPECT_EQ(vm.asked, std::vector<std::string>{"resize work 8589934592"});
}

TEST_F(ControlServerTest, ALateAnswerToAClientThatLeftIsDropped) {
    with_loop([&] {
        { const os::UniqueFd gone = client("{\"cmd\":\"powerdown\"}\n"); }
        const os::UniqueFd fd = client("{\"cmd\":\"status\"}\n");
        EXPECT_FALSE(line(fd).is_null());
    });
    ASSERT_TRUE(vm.waiting);
    vm.waiting(nullptr);
}

TEST_F(ControlServerTest, WatchersGetStatusThenEvents) {
    const auto event = loop.after(300ms, [this] { server->publish({{"event", "paused"}}); });
    with_loop([&] {
        const os::UniqueFd one = client("{\"cmd\":\"watch\"}\n");
        const os::UniqueFd two = client("{\"cmd\":\"watch\"}\n");
        EXPECT_TRUE(line(one).contains("status"));
        EXPECT_TRUE(line(two).contains("status"));
        EXPECT_EQ(line(one).at("event"), "paused");
        EXPECT_EQ(line(two).at("event"), "paused");
    });
}

TEST_F(ControlServerTest, AWatcherThatNeverReadsIsDropped) {
    with_loop([&] {
        const os::UniqueFd lazy = client("{\"cmd\":\"watch\"}\n");
        EXPECT_FALSE(line(lazy).is_null());
        const os::UniqueFd other = client("{\"cmd\":\"status\"}\n");
        EXPECT_FALSE(line(other).is_null());
    });
    for (int i = 0; i < 10000; ++i) {
        server->publish({{"event", std::string(200, 'e')}});
    }
    EXPECT_TRUE(server->all_sent()); // who cannot keep up is not waited for
}

TEST_F(ControlServerTest, TheConsoleGoesBothWays) {
    with_loop([&] {
        const os::UniqueFd fd = client("{\"cmd\":\"console\"}\nls\n");
        EXPECT_EQ(line(fd), (json{{"ok", true}}));
        std::array<char, 8> typed{};
        EXPECT_EQ(::read(guest_in.get(), typed.data(), typed.size()), 3);
        os::write_all(guest_out.get(), "bin dev etc\n", "test");
        EXPECT_EQ(os::read_line(fd.get(), 10s), "bin dev etc");
    });
}

TEST_F(ControlServerTest, NonsenseIsAnswered) {
    with_loop([&] {
        for (const char* text : {"\n", "null\n", "[]\n", "{\"cmd\":3}\n", "{\"cmd\":\"fly\"}\n"}) {
            EXPECT_EQ(line(client(text)).at("error").at("kind"), "invalid") << text;
        }
        const os::UniqueFd endless = client(std::string(5000, 'x'));
        EXPECT_FALSE(os::read_line(endless.get(), 10s));
    });
}

} // namespace
} // namespace banger::supervisor
