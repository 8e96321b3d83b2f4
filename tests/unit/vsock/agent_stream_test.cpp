#include "agent_stream.hpp"

#include "descriptor.hpp"
#include "guest_json.hpp"
#include "os/temporary_dir.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace vsock {
namespace {

using namespace std::chrono_literals;

/// The other end, byte by byte in the test's hand; and the stream's thread is the test's own.
class AgentStreams : public testing::Test {
  protected:
    AgentStreams() {
        listener_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, socket_.c_str(), sizeof address.sun_path - 1);
        EXPECT_EQ(
            ::bind(listener_.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_.fd(), 8), 0);
    }
    void open(const std::string& socket) {
        stream_.emplace(
            poller_, socket, [this] { ++opened_; }, [this](const std::string& why) { end_ = why; });
    }
    void accept() {
        open(socket_);
        peer_ = Descriptor(::accept(listener_.fd(), nullptr, nullptr));
    }
    /// The guest has accepted.
    void shake() {
        accept();
        EXPECT_EQ(read(13), "CONNECT 1024\n");
        write("OK 1073741824\n");
        turn_until([this] { return opened_ == 1; });
    }
    void turn_until(const std::function<bool()>& done, std::chrono::milliseconds limit = 3s) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (!done() && std::chrono::steady_clock::now() < deadline) {
            (void)poller_.after(5ms, [] {});
            poller_.turn();
        }
        EXPECT_TRUE(done());
    }
    void turns(int count) {
        for (int i = 0; i < count; ++i) {
            (void)poller_.after(1ms, [] {});
            poller_.turn();
        }
    }
    std::string read(std::size_t size) {
        std::string text(size, '\0');
        const ssize_t got = ::recv(peer_.fd(), text.data(), size, MSG_DONTWAIT);
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return text;
    }
    void write(std::string_view bytes) {
        EXPECT_EQ(::send(peer_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    void expect_end(const std::string& part) {
        turn_until([this] { return end_.has_value(); });
        EXPECT_NE(end_.value_or("").find(part), std::string::npos) << end_.value_or("it goes on");
    }

    banger::os::TemporaryDir dir_{"vsock"};
    std::string socket_ = (dir_.path() / "guest.sock").string();
    Descriptor listener_, peer_;
    Poller poller_;
    int opened_ = 0;
    std::optional<std::string> end_;
    std::optional<AgentStream> stream_;
};

TEST_F(AgentStreams, TheHandshakeByteByByte) {
    accept();
    EXPECT_EQ(read(100), "CONNECT 1024\n") << "and not a byte more before the guest has accepted";
    for (const char byte : std::string("OK 1073741824")) {
        write({&byte, 1});
        turns(1);
        EXPECT_EQ(opened_, 0);
        EXPECT_FALSE(stream_->idle());
    }
    write("\n");
    turn_until([this] { return opened_ == 1; });
    EXPECT_TRUE(stream_->idle());
    EXPECT_EQ(read(100), "");
}

TEST_F(AgentStreams, ARefusalIsTheEnd) {
    for (const bool heard : {true, false}) { // not heard, it is a reset
        end_.reset();
        accept();
        EXPECT_EQ(heard ? read(13) : "CONNECT 1024\n", "CONNECT 1024\n");
        peer_ = Descriptor();
        expect_end("nothing listens on the agent's port");
        EXPECT_EQ(opened_, 0);
    }
}

TEST_F(AgentStreams, AnotherAnswerIsRefused) {
    accept();
    write("HELLO 1\n");
    expect_end("no answer to CONNECT");
}

TEST_F(AgentStreams, AnAnswerWithoutAnEndIsRefused) {
    accept();
    write(std::string(100, 'O'));
    expect_end("no answer to CONNECT");
}

TEST_F(AgentStreams, ASlowGuestIsGivenUp) {
    accept();
    write("OK 1");
    expect_end("nothing answers on the agent's port within 2000 ms");
}

TEST_F(AgentStreams, NobodyListens) {
    open((dir_.path() / "none.sock").string());
    EXPECT_FALSE(end_.has_value()) << "not before the constructor is over";
    expect_end("No such file");
    end_.reset();
    open("/" + std::string(200, 'x'));
    expect_end("too long");
}

TEST_F(AgentStreams, ACrowdedSocketIsAnEnd) {
    ASSERT_EQ(::listen(listener_.fd(), 0), 0);
    std::vector<std::unique_ptr<AgentStream>> crowd;
    for (int i = 0; i < 4; ++i) {
        crowd.push_back(std::make_unique<AgentStream>(
            poller_, socket_, [] {}, [this](const std::string& why) { end_ = why; }));
    }
    expect_end("Resource temporarily unavailable");
}

TEST_F(AgentStreams, AReset) {
    shake();
    std::string answer;
    stream_->ask("GET / HTTP/1.1\r\n\r\n", 1s,
                 [&](const HttpReply& reply) { answer = reply.body(); });
    // Closed with something unread is a reset.
    peer_ = Descriptor();
    expect_end("");
    EXPECT_EQ(answer, "");
}

TEST_F(AgentStreams, RequestsOneAfterTheOther) {
    shake();
    std::string answers;
    const auto ask = [&](const AgentStream::Answered& answered) {
        stream_->ask("GET / HTTP/1.1\r\n\r\n", 1s, answered);
    };
    ask([&](const HttpReply& reply) {
        answers += reply.body();
        ask([&](const HttpReply& next) { answers += next.body(); });
    });
    EXPECT_FALSE(stream_->idle());
    EXPECT_EQ(read(100), "GET / HTTP/1.1\r\n\r\n");
    write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    turn_until([&] { return answers == "a"; });
    EXPECT_EQ(read(100), "GET / HTTP/1.1\r\n\r\n");
    write("HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nb");
    turn_until([&] { return answers == "ab"; });
    EXPECT_TRUE(stream_->idle());
    EXPECT_FALSE(end_.has_value());
}

TEST_F(AgentStreams, AnAnswerHasATime) {
    shake();
    stream_->ask("GET / HTTP/1.1\r\n\r\n", 100ms, [](const HttpReply&) {});
    write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
    expect_end("no answer within 100 ms");
}

TEST_F(AgentStreams, WhoSpeaksUnaskedIsCutOff) {
    shake();
    write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    expect_end("unasked");
}

TEST_F(AgentStreams, WhoAnswersTwiceIsCutOff) {
    shake();
    stream_->ask("GET / HTTP/1.1\r\n\r\n", 1s, [](const HttpReply&) {});
    write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n");
    expect_end("unasked");
}

TEST_F(AgentStreams, WhatTheAnswerIsRefusedForEndsTheStream) {
    shake();
    stream_->ask("GET / HTTP/1.1\r\n\r\n", 1s,
                 [](const HttpReply&) { throw Refused("not what it may be"); });
    write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    expect_end("not what it may be");
}

TEST_F(AgentStreams, FollowsAStreamThatGoesOn) {
    shake();
    std::string got;
    stream_->follow("GET / HTTP/1.1\r\n\r\n", 200ms, [&](std::string_view bytes) { got += bytes; });
    write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
    turn_until([&] { return got == "ab"; });
    turn_until([this, until = std::chrono::steady_clock::now() + 300ms] {
        return std::chrono::steady_clock::now() > until; // the time was for its head
    });
    EXPECT_FALSE(end_.has_value());
    write("1\r\nc\r\n0\r\n\r\n");
    expect_end("ended its answer");
    EXPECT_EQ(got, "abc");
}

TEST_F(AgentStreams, FollowsOnlyWhatIsThere) {
    shake();
    std::string got;
    stream_->follow("GET / HTTP/1.1\r\n\r\n", 1s, [&](std::string_view bytes) { got += bytes; });
    write("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno");
    expect_end("404");
    EXPECT_EQ(got, "");
}

} // namespace
} // namespace vsock
