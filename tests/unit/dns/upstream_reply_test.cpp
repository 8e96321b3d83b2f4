#include "upstream_reply.hpp"

#include "message.hpp"
#include "query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dns {
namespace {

using test::answer_with;
using testing::ElementsAre;
using testing::IsEmpty;

/// A reply to that question, with these flags (RFC 1035, 4.1.1) and no records.
std::string reply_to(const test::Asked& asked, unsigned flags) {
    std::string bytes = asked.bytes();
    bytes[2] = static_cast<char>(flags >> 8U);
    bytes[3] = static_cast<char>(flags & 0xffU);
    return bytes;
}

class JudgeReply : public testing::Test {
  protected:
    [[nodiscard]] UpstreamReply judged(const std::string& reply) const {
        const std::string bytes = asked_.bytes();
        return judge_reply(bytes, bytes.size() - header_size, reply);
    }
    test::Asked asked_{.name = "www.example"};
};

TEST_F(JudgeReply, TheSameQuestionInAnyCaseIsAnAnswer) {
    EXPECT_EQ(judged(reply_to(asked_, 0x8180)), UpstreamReply::good);
    EXPECT_EQ(judged(reply_to(asked_, 0x8380)), UpstreamReply::cut);
    EXPECT_EQ(judged(reply_to(asked_, 0x8185)), UpstreamReply::refused);
    asked_.name = "WWW.Example";
    EXPECT_EQ(judged(reply_to({.name = "www.example"}, 0x8183)), UpstreamReply::good); // NXDOMAIN
}

TEST_F(JudgeReply, WhatWasNotAskedIsForeign) {
    EXPECT_EQ(judged(reply_to({.name = "wwx.example"}, 0x8180)), UpstreamReply::foreign);
    EXPECT_EQ(judged(reply_to({.name = "www.example", .type = 28}, 0x8180)),
              UpstreamReply::foreign);
    EXPECT_EQ(judged(reply_to({.name = "www.example", .id = 1}, 0x8180)), UpstreamReply::foreign);
    EXPECT_EQ(judged(reply_to(asked_, 0x0100)), UpstreamReply::foreign); // a question
    EXPECT_EQ(judged(reply_to(asked_, 0x8180).substr(0, 20)), UpstreamReply::foreign);
    EXPECT_EQ(judged(""), UpstreamReply::foreign);
}

TEST_F(JudgeReply, AnErrorMayLeaveTheQuestionOut) {
    std::string bare = reply_to(asked_, 0x8182).substr(0, header_size);
    bare[5] = 0;
    EXPECT_EQ(judged(bare), UpstreamReply::refused);
    bare[3] = static_cast<char>(0x80);
    EXPECT_EQ(judged(bare), UpstreamReply::foreign);
}

TEST(AddressesIn, FollowsNoChainAndTakesAll) {
    EXPECT_THAT(addresses_in(answer_with("a.example", {"a.example. 60 IN CNAME b.example.",
                                                       "b.example. 60 IN A 192.0.2.7",
                                                       "b.example. 60 IN A 192.0.2.8"})),
                ElementsAre("192.0.2.7", "192.0.2.8"));
    EXPECT_THAT(addresses_in(answer_with("a.example", {})), IsEmpty());
    EXPECT_THAT(addresses_in(""), IsEmpty());
    EXPECT_THAT(addresses_in("no message at all"), IsEmpty());
}

} // namespace
} // namespace dns
