// The link, with a Firecracker that answers by script on the same loop.
#include "supervisor/firecracker_link.hpp"

#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace banger::supervisor {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Texts = std::vector<std::string>;

constexpr const char* good = "HTTP/1.1 204 \r\nServer: Firecracker API\r\n\r\n";

std::string json_answer(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n"
           "Content-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string version(const std::string& number) {
    return json_answer(200, "{\"firecracker_version\":\"" + number + "\"}");
}

/// One answer for each request: bytes, none at all (nullopt), or the end of the connection (empty).
class Server {
  public:
    Server(Loop& loop, const std::filesystem::path& socket)
        : loop_(loop), listener_(os::listen_unix(socket)) {
        accepting_ = loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) {
            connection_ = std::make_unique<Connection>(
                loop_, os::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)),
                Connection::Events{[this](std::string_view bytes) { receive(bytes); }, [](bool) {},
                                   [] {}});
        });
    }

    std::deque<std::optional<std::string>> answers;
    Texts requests; ///< "PUT /vsock {..}"
    milliseconds wait{0};

  private:
    void receive(std::string_view bytes) {
        in_.append(bytes);
        const std::size_t head = in_.find("\r\n\r\n");
        const std::size_t length = in_.find("Content-Length: ");
        if (head == std::string::npos) {
            return;
        }
        const std::size_t body = length < head ? std::stoul(in_.substr(length + 16)) : 0;
        if (in_.size() < head + 4 + body) {
            return;
        }
        requests.push_back(in_.substr(0, in_.find(" HTTP/1.1")) +
                           (body > 0 ? " " + in_.substr(head + 4, body) : ""));
        in_.clear();
        const auto answer = answers.empty() ? std::nullopt : answers.front();
        if (!answers.empty()) {
            answers.pop_front();
        }
        later_ = loop_.after(wait, [this, answer] {
            if (answer && answer->empty()) {
                connection_.reset();
            } else if (answer) {
                connection_->send(*answer);
            }
        });
    }

    Loop& loop_;
    os::UniqueFd listener_;
    Loop::Registration accepting_;
    Loop::Registration later_;
    std::unique_ptr<Connection> connection_;
    std::string in_;
};

class FirecrackerLinkTest : public testing::Test {
  protected:
    FirecrackerLinkTest() {
        plan.run_dir = dir.path();
        plan.version = "1.16.1";
        plan.requests = {{"PUT", "/vsock", R"({"guest_cid":3})"},
                         {"PUT", "/actions", R"({"action_type":"InstanceStart"})"}};
    }

    void listen() { server.emplace(loop, socket); }

    FirecrackerLink& link(FirecrackerLink::Limits limits = {10s, 10s, 10s}) {
        return link_.emplace(
            loop, plan, [this](VmmEvent event, const std::string&) { events.push_back(event); },
            limits);
    }

    /// What a call came to: "done", else the error's kind and message.
    VmmLink::Done tell(std::string& into) {
        return [this, &into](const os::Error* error) {
            EXPECT_EQ(into, "") << "told twice";
            into = error == nullptr
                       ? "done"
                       : std::string(os::to_string(error->kind())) + ": " + error->what();
            loop.stop();
        };
    }
    std::string start() {
        std::string outcome;
        link_->start(tell(outcome));
        run_until([&] { return !outcome.empty(); });
        return outcome;
    }
    template <class So>
    void run_until(So so) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!so() && std::chrono::steady_clock::now() < deadline) {
            const auto look = loop.after(10ms, [this] { loop.stop(); });
            loop.run();
        }
        EXPECT_TRUE(so());
    }
    /// One that runs its guest.
    FirecrackerLink& running(FirecrackerLink::Limits limits = {10s, 10s, 10s}) {
        listen();
        server->answers = {version("1.16.1"), good, good};
        FirecrackerLink& started = link(limits);
        EXPECT_EQ(start(), "done");
        server->requests.clear();
        return started;
    }

    os::TemporaryDir dir;
    std::filesystem::path socket = dir.path() / "api.sock";
    vmm::SupervisorPlan plan;
    Loop loop;
    std::vector<VmmEvent> events;
    std::optional<Server> server;

  private:
    std::optional<FirecrackerLink> link_;
};

TEST_F(FirecrackerLinkTest, AsksForTheVersionAndThenMakesTheRequestsInOrder) {
    listen();
    server->answers = {version("1.16.1"), good, good};
    const FirecrackerLink& one = link();
    EXPECT_FALSE(one.open());
    EXPECT_EQ(start(), "done");
    EXPECT_TRUE(one.open());
    EXPECT_EQ(one.step(), "");
    EXPECT_EQ(server->requests, (Texts{"GET /version", R"(PUT /vsock {"guest_cid":3})",
                                       R"(PUT /actions {"action_type":"InstanceStart"})"}));
    EXPECT_TRUE(events.empty());
}

TEST_F(FirecrackerLinkTest, WaitsForASocketThatComesLate) {
    link();
    const auto late = loop.after(150ms, [this] {
        listen();
        server->answers = {version("1.16.1"), good, good};
    });
    EXPECT_EQ(start(), "done");
}

TEST_F(FirecrackerLinkTest, WaitsForAListenerBehindAFileThatIsThere) {
    (void)os::listen_unix(socket); // closed at once: the file stays
    link();
    const auto late = loop.after(50ms, [this] {
        listen();
        server->answers = {version("1.16.1"), good, good};
    });
    EXPECT_EQ(start(), "done");
}

TEST_F(FirecrackerLinkTest, ASocketThatNeverComesIsNotWaitedForForEver) {
    link({100ms, 10s, 10s});
    EXPECT_EQ(start(), "timeout: Firecracker did not open its API socket " + socket.string() +
                           " within 100 ms");
}

TEST_F(FirecrackerLinkTest, ASocketThatNeverComesInAJailIsToldByTheVm) {
    plan.id = "0123456789ab";
    plan.jail.emplace();
    link({100ms, 10s, 10s});
    EXPECT_EQ(start(), "timeout: Firecracker did not open its API socket in the jail of VM "
                       "0123456789ab within 100 ms");
}

TEST_F(FirecrackerLinkTest, AVmmThatDiesBeforeItListensEndsTheWait) {
    FirecrackerLink& one = link();
    std::string outcome;
    one.start(tell(outcome));
    one.drain();
    EXPECT_EQ(outcome, "unavailable: Firecracker ended before it opened its API socket");
    EXPECT_FALSE(one.open());
    EXPECT_EQ(one.step(), "");
    EXPECT_EQ(loop.registrations(), 0U);
}

TEST_F(FirecrackerLinkTest, AnotherVersionIsNotStarted) {
    listen();
    server->answers = {version("1.17.0")};
    link();
    EXPECT_EQ(start(), "unavailable: Firecracker is version \"1.17.0\", and this start was made "
                       "for version 1.16.1");
    EXPECT_EQ(server->requests, Texts{"GET /version"});
}

TEST_F(FirecrackerLinkTest, AVersionThatIsNoneIsNotStarted) {
    for (const char* body : {"{}", "[]", "{\"firecracker_version\":1}", "\"1.16.1\"", "null"}) {
        std::filesystem::remove(socket);
        listen();
        server->answers = {json_answer(200, body)};
        link();
        EXPECT_EQ(start().rfind("unavailable: Firecracker is version \"\"", 0), 0U) << body;
    }
}

TEST_F(FirecrackerLinkTest, ARefusedRequestIsNamedWithFirecrackersWords) {
    listen();
    server->answers = {version("1.16.1"), json_answer(400, R"({"fault_message":"Not so."})")};
    const FirecrackerLink& one = link();
    EXPECT_EQ(start(), "unavailable: Firecracker: PUT /vsock: Not so.");
    EXPECT_EQ(one.step(), "PUT /vsock");
    EXPECT_TRUE(one.open());
    EXPECT_EQ(server->requests.size(), 2U) << "nothing after it";
}

TEST_F(FirecrackerLinkTest, ASilentOneIsNamedWhenItsTimeIsOver) {
    listen();
    server->answers = {version("1.16.1")};
    link({10s, 10s, 100ms});
    EXPECT_EQ(start(), "timeout: Firecracker did not answer PUT /vsock within 100 ms");
    EXPECT_EQ(server->requests.size(), 2U);
}

TEST_F(FirecrackerLinkTest, TheVersionHasALimitOfItsOwn) {
    listen();
    link({10s, 100ms, 10s});
    EXPECT_EQ(start(), "timeout: Firecracker did not answer GET /version within 100 ms");
}

TEST_F(FirecrackerLinkTest, AnAnswerThatComesTooLateStartsNothing) {
    listen();
    server->answers = {version("1.16.1"), good, good};
    server->wait = 150ms;
    link({10s, 100ms, 10s});
    EXPECT_EQ(start(), "timeout: Firecracker did not answer GET /version within 100 ms");
    const auto later = loop.after(200ms, [this] { loop.stop(); });
    loop.run();
    EXPECT_EQ(server->requests, Texts{"GET /version"});
}

TEST_F(FirecrackerLinkTest, AVmmThatEndsIsKnownByItsStep) {
    listen();
    server->answers = {version("1.16.1"), good, ""};
    const FirecrackerLink& one = link();
    EXPECT_EQ(start(), "unavailable: Firecracker closed its API at PUT /actions");
    EXPECT_EQ(one.step(), "PUT /actions");
    EXPECT_FALSE(one.open());
}

TEST_F(FirecrackerLinkTest, WhatIsNoHttpEndsTheConnection) {
    listen();
    server->answers = {"SSH-2.0-OpenSSH\r\n"};
    const FirecrackerLink& one = link();
    EXPECT_EQ(start().rfind("internal: GET /version got no answer: Firecracker's API: ", 0), 0U);
    EXPECT_FALSE(one.open());
}

TEST_F(FirecrackerLinkTest, ARequestThatIsTooLargeIsNotSent) {
    plan.requests[0].body = std::string(60'000, 'x');
    listen();
    server->answers = {version("1.16.1")};
    link();
    EXPECT_EQ(start(), "invalid: Firecracker's API: PUT /vsock has a body of 60000 bytes; it takes "
                       "51200");
    EXPECT_EQ(server->requests, Texts{"GET /version"});
}

TEST_F(FirecrackerLinkTest, TellsWhatFollowsFromItsAnswers) {
    FirecrackerLink& one = running();
    server->answers = {good, good, good};
    Texts told(3);
    one.pause(tell(told[0]));
    one.resume(tell(told[1]));
    one.powerdown(tell(told[2]));
    run_until([&] { return !told[2].empty(); });
    EXPECT_EQ(told, Texts(3, "done"));
    EXPECT_EQ(events, (std::vector{VmmEvent::paused, VmmEvent::resumed, VmmEvent::powerdown}));
    EXPECT_EQ(server->requests,
              (Texts{R"(PATCH /vm {"state":"Paused"})", R"(PATCH /vm {"state":"Resumed"})",
                     R"(PUT /actions {"action_type":"SendCtrlAltDel"})"}));
}

TEST_F(FirecrackerLinkTest, ADiskGrowsByItsFileAndIsThenNamedAnew) {
    plan.dir = dir.path();
    plan.requests[0] = {"PUT", "/drives/my_data__1",
                        R"({"drive_id":"my_data__1","path_on_host":"/files/3"})"};
    const vmm::GrowingDisk disk{"my-data", "my_data__1", "data.img"};
    os::write_file_atomic(dir.path() / "data.img", std::string(1024, 'x'));
    FirecrackerLink& one = running();
    server->answers = {good, good, json_answer(400, R"({"fault_message":"No."})")};
    Texts told(4);
    one.resize_disk(disk, 4096, tell(told[0]));
    run_until([&] { return !told[0].empty(); });
    EXPECT_EQ(std::filesystem::file_size(dir.path() / "data.img"), 4096U);
    one.resize_disk(disk, 512, tell(told[1])); // never smaller
    run_until([&] { return !told[1].empty(); });
    EXPECT_EQ(std::filesystem::file_size(dir.path() / "data.img"), 4096U);
    one.resize_disk(disk, 8192, tell(told[2]));
    run_until([&] { return !told[2].empty(); });
    one.resize_disk({"other", "other", "other.img"}, 8192, tell(told[3]));
    EXPECT_EQ(told,
              (Texts{"done", "done", "unavailable: Firecracker: PATCH /drives/my_data__1: No.",
                     "internal: the VMM was given no drive other"}));
    const std::string patch =
        R"(PATCH /drives/my_data__1 {"drive_id":"my_data__1","path_on_host":"/files/3"})";
    EXPECT_EQ(server->requests, Texts(3, patch));
}

TEST_F(FirecrackerLinkTest, ARefusalTellsNoEvent) {
    FirecrackerLink& one = running();
    server->answers = {json_answer(400, R"({"fault_message":"Not now."})")};
    std::string told;
    one.pause(tell(told));
    run_until([&] { return !told.empty(); });
    EXPECT_EQ(told, "unavailable: Firecracker: PATCH /vm: Not now.");
    EXPECT_TRUE(events.empty());
}

TEST_F(FirecrackerLinkTest, AnAnswerThatComesLateStillTellsItsEvent) {
    FirecrackerLink& one = running({10s, 10s, 100ms});
    server->answers = {good};
    server->wait = 200ms;
    std::string told;
    one.pause(tell(told));
    run_until([&] { return !told.empty(); });
    EXPECT_EQ(told, "timeout: Firecracker did not answer PATCH /vm within 100 ms");
    EXPECT_TRUE(events.empty());
    run_until([&] { return !events.empty(); });
    EXPECT_EQ(events, std::vector{VmmEvent::paused});
    EXPECT_TRUE(one.open());
}

TEST_F(FirecrackerLinkTest, ALinkInThePlaceOfTheSocketIsNotFollowed) {
    server.emplace(loop, dir.path() / "other.sock");
    std::filesystem::create_symlink(dir.path() / "other.sock", socket);
    std::string told;
    link({200ms, 10s, 10s}).start(tell(told));
    run_until([&] { return !told.empty(); });
    EXPECT_EQ(told.rfind("timeout: Firecracker did not open its API socket", 0), 0U) << told;
    EXPECT_TRUE(server->requests.empty());
}

TEST_F(FirecrackerLinkTest, WhatWaitsWhenTheVmmEndsIsToldSo) {
    FirecrackerLink& one = running();
    Texts told(3);
    one.pause(tell(told[0]));
    one.resume(tell(told[1]));
    run_until([&] { return !server->requests.empty(); });
    one.drain();
    one.powerdown(tell(told[2]));
    EXPECT_EQ(told[0], "unavailable: Firecracker closed its API at PATCH /vm");
    EXPECT_EQ(told[1], told[0]);
    EXPECT_EQ(told[2], "unavailable: the VMM does not answer");
}

} // namespace
} // namespace banger::supervisor
