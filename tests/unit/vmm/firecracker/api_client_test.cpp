#include "vmm/firecracker/api_client.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace banger::vmm::firecracker {
namespace {

const ApiRequest get_version{"GET", "/version", ""};
const ApiRequest put_vsock{"PUT", "/vsock", R"({"guest_cid":3})"};

/// As Firecracker writes its head: no reason phrase, and no length with 204.
std::string answer(int status, const std::string& body) {
    std::string text = "HTTP/1.1 " + std::to_string(status) +
                       " \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n";
    if (status != 204) {
        text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n";
    }
    return text + "\r\n" + body;
}

/// Keeps what came back.
struct Session {
    ApiClient client;
    std::vector<ApiClient::Reply> replies;

    void call(const ApiRequest& request) {
        client.call(request, [this](const ApiClient::Reply& reply) { replies.push_back(reply); });
    }
    std::string take() {
        std::string text(client.pending());
        client.sent(text.size());
        return text;
    }
};

void expect_broken(const std::string& bytes) {
    Session session;
    session.call(get_version);
    (void)session.take();
    try {
        session.client.feed(bytes);
        ADD_FAILURE() << "taken: " << bytes.substr(0, 80);
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
    }
}

TEST(ApiClient, ARequestHasItsHostTypeAndLength) {
    Session session;
    session.call(put_vsock);
    EXPECT_EQ(session.take(), "PUT /vsock HTTP/1.1\r\nHost: localhost\r\n"
                              "Accept: application/json\r\nContent-Type: application/json\r\n"
                              "Content-Length: 15\r\n\r\n{\"guest_cid\":3}");
    Session other;
    other.call(get_version);
    EXPECT_EQ(other.take(),
              "GET /version HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
}

TEST(ApiClient, OneRequestIsUnderWayAndTheRestWait) {
    Session session;
    session.call(get_version);
    session.call(put_vsock);
    EXPECT_EQ(session.take().find("/vsock"), std::string::npos);
    EXPECT_TRUE(session.take().empty());
    session.client.feed(answer(200, R"({"firecracker_version":"1.16.1"})"));
    ASSERT_EQ(session.replies.size(), 1U);
    EXPECT_TRUE(session.replies[0].ok);
    EXPECT_EQ(session.replies[0].data["firecracker_version"], "1.16.1");
    EXPECT_NE(session.take().find("PUT /vsock"), std::string::npos);
    EXPECT_FALSE(session.client.idle());
    session.client.feed(answer(204, ""));
    ASSERT_EQ(session.replies.size(), 2U);
    EXPECT_EQ(session.replies[1].status, 204U);
    EXPECT_TRUE(session.replies[1].data.is_object());
    EXPECT_TRUE(session.client.idle());
}

TEST(ApiClient, AnAnswerMayCallForMore) {
    Session session;
    std::string said;
    session.client.call(get_version, [&](const ApiClient::Reply&) {
        session.client.call(put_vsock, [&](const ApiClient::Reply& reply) { said = reply.error; });
    });
    (void)session.take();
    session.client.feed(answer(200, "{}"));
    EXPECT_NE(session.take().find("PUT /vsock"), std::string::npos);
    session.client.feed(answer(400, R"({"fault_message":"no"})"));
    EXPECT_EQ(said, "no");
}

TEST(ApiClient, AFaultIsToldWithItsRequest) {
    Session session;
    session.call(put_vsock);
    (void)session.take();
    session.client.feed(answer(400, R"({"fault_message":"Vsock config error: in use"})"));
    ASSERT_EQ(session.replies.size(), 1U);
    EXPECT_FALSE(session.replies[0].ok);
    const os::Error error = refusal(put_vsock, session.replies[0]);
    EXPECT_STREQ(error.what(), "Firecracker: PUT /vsock: Vsock config error: in use");
    EXPECT_EQ(error.kind(), os::ErrorKind::unavailable);
}

TEST(ApiClient, AFaultIsShortAndMovesNoCursor) {
    Session session;
    session.call(put_vsock);
    (void)session.take();
    const std::string fault = R"(two\nlines\u001b[2J )" + std::string(1000, 'x');
    session.client.feed(answer(400, R"({"fault_message":")" + fault + R"("})"));
    ASSERT_EQ(session.replies.size(), 1U);
    EXPECT_EQ(session.replies[0].error.size(), 400U);
    EXPECT_EQ(session.replies[0].error.substr(0, 16), "two lines [2J xx");
}

TEST(ApiClient, AnErrorWithoutAFaultMessageIsToldAsItIs) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {answer(404, ""), "HTTP status 404"},
        {answer(500, "{}"), "HTTP status 500"},
        // Firecracker's own server puts a line's end into a JSON text.
        {answer(400, "{ \"error\": \"too large.\nAll are dropped.\" }"),
         "HTTP status 400: { \"error\": \"too large. All are dropped.\" }"}};
    for (const auto& [bytes, words] : cases) {
        Session session;
        session.call(get_version);
        (void)session.take();
        session.client.feed(bytes);
        ASSERT_EQ(session.replies.size(), 1U) << bytes;
        EXPECT_EQ(session.replies[0].error, words);
    }
}

TEST(ApiClient, AnySplitGivesTheSame) {
    const std::string text = answer(200, R"({"state":"Running","id":"a"})");
    std::mt19937 random(1); // NOLINT
    for (int round = 0; round < 200; ++round) {
        Session session;
        session.call(get_version);
        (void)session.take();
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = std::min<std::size_t>(1 + random() % 20, text.size() - at);
            session.client.feed(std::string_view(text).substr(at, size));
            at += size;
        }
        ASSERT_EQ(session.replies.size(), 1U);
        EXPECT_EQ(session.replies[0].data["state"], "Running");
    }
}

TEST(ApiClient, WhatIsNoHttpBreaksIt) {
    expect_broken("SSH-2.0-OpenSSH\r\n");
    expect_broken("HTTP/2.0 200 \r\n\r\n");
    expect_broken(answer(200, "no json"));
    expect_broken("HTTP/1.1 200 \r\nContent-Length: many\r\n\r\n");
    expect_broken(std::string(200'000, 'x'));
}

TEST(ApiClient, AnAnswerHasItsLimits) {
    expect_broken("HTTP/1.1 200 \r\nX: " + std::string(9'000, 'x') + "\r\n\r\n");
    expect_broken(answer(200, "\"" + std::string(65'536, 'x') + "\""));
    Session session;
    session.call(get_version);
    (void)session.take();
    session.client.feed(answer(200, "\"" + std::string(65'000, 'x') + "\""));
    EXPECT_EQ(session.replies.size(), 1U);
}

TEST(ApiClient, BytesThatAnswerNothingBreakIt) {
    Session session;
    EXPECT_THROW(session.client.feed(answer(204, "")), os::Error);
    Session twice;
    twice.call(get_version);
    (void)twice.take();
    EXPECT_THROW(twice.client.feed(answer(200, "{}") + answer(200, "{}")), os::Error);
    Session early; // nothing was sent yet
    early.call(get_version);
    EXPECT_THROW(early.client.feed(answer(200, "{}")), os::Error);
}

TEST(ApiClient, ARequestThatIsNoneIsNotSent) {
    Session session;
    EXPECT_THROW(session.call({"PUT", "/mmds", std::string(51'201, ' ')}), os::Error);
    EXPECT_THROW(session.call({"PUT", "mmds", "{}"}), os::Error);
    EXPECT_THROW(session.call({"PUT", "/a b\r\nX: y", "{}"}), os::Error);
    EXPECT_THROW(session.call({"PUSH", "/mmds", "{}"}), os::Error);
    EXPECT_TRUE(session.client.pending().empty());
    EXPECT_TRUE(session.client.idle());
    session.call({"PUT", "/mmds", std::string(51'200, ' ')});
    EXPECT_FALSE(session.client.pending().empty());
}

TEST(ApiClient, ItsEndAnswersEverythingThatIsOpen) {
    Session session;
    session.call(get_version);
    session.call(put_vsock);
    (void)session.take();
    session.client.feed("HTTP/1.1 200 \r\nContent-Len");
    session.client.closed();
    ASSERT_EQ(session.replies.size(), 2U);
    for (const auto& reply : session.replies) {
        EXPECT_FALSE(reply.ok);
        EXPECT_EQ(reply.status, 0U);
        EXPECT_EQ(reply.error, "the VMM has ended");
    }
    EXPECT_TRUE(session.client.pending().empty());
}

} // namespace
} // namespace banger::vmm::firecracker
