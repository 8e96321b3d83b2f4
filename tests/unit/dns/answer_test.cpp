#include "answer.hpp"

#include "message.hpp"
#include "names.hpp"

#include <array>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dns {
namespace {

using test::Asked;
using test::Heard;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* soa = "vm. 1 IN SOA host.vm. hostmaster.vm. 1 3600 600 86400 1";

class AnswerTest : public testing::Test {
  protected:
    AnswerTest() {
        names_.put("1", {"web", "172.30.88.2", true, {"api", "deep.er"}});
        names_.put("2", {"idle", "172.30.88.3", false, {}});
    }
    Answered run(const std::string& message, Transport transport = Transport::udp) {
        return answer(message, *names_.zone(), transport, reply_.data());
    }
    Heard ask(const Asked& asked, Transport transport = Transport::udp) {
        const Answered answered = run(asked.bytes(), transport);
        EXPECT_EQ(answered.verdict, Verdict::reply) << asked.name;
        return test::hear({reply_.data(), answered.size});
    }
    std::string address(const std::string& name) {
        const Heard heard = ask({name});
        return heard.answer.size() == 1 ? heard.answer[0] : std::to_string(heard.rcode);
    }

    Names names_{"vm", {0xac1e5800, 0xffffff00}, "172.30.88.1"};
    std::array<char, reply_room> reply_{};
};

TEST_F(AnswerTest, NamesAliasesWildcardsAndTheHost) {
    const Heard heard = ask({"web.vm"});
    EXPECT_TRUE(heard.response);
    EXPECT_TRUE(heard.authoritative);
    EXPECT_FALSE(heard.truncated);
    EXPECT_FALSE(heard.edns);
    EXPECT_EQ(heard.id, 0x1234U);
    EXPECT_EQ(heard.rcode, 0U);
    EXPECT_THAT(heard.answer, ElementsAre("web.vm. 0 IN A 172.30.88.2"));
    EXPECT_THAT(heard.authority, IsEmpty());
    EXPECT_EQ(address("api.vm"), "api.vm. 0 IN A 172.30.88.2");
    EXPECT_EQ(address("deep.er.vm"), "deep.er.vm. 0 IN A 172.30.88.2");
    EXPECT_EQ(address("a.web.vm"), "a.web.vm. 0 IN A 172.30.88.2");
    EXPECT_EQ(address("a.b.api.vm"), "a.b.api.vm. 0 IN A 172.30.88.2");
    EXPECT_EQ(address("host.vm"), "host.vm. 0 IN A 172.30.88.1");
    EXPECT_EQ(address("a.host.vm"), "3") << "no wildcard below the host";
}

TEST_F(AnswerTest, TheCaseOfAQuestionComesBackAndMeansNothing) {
    const Heard heard = ask({"wEb.Vm"});
    EXPECT_EQ(heard.question, "wEb.Vm.");
    EXPECT_THAT(heard.answer, ElementsAre("wEb.Vm. 0 IN A 172.30.88.2"));
    EXPECT_EQ(ask({"NO.vM"}).authority.at(0).substr(0, 3), "vM.");
}

TEST_F(AnswerTest, WhatIsNotThereIsSaidWithTheSoa) {
    Heard heard = ask({"nobody.vm"});
    EXPECT_EQ(heard.rcode, 3U);
    EXPECT_TRUE(heard.authoritative);
    EXPECT_THAT(heard.authority, ElementsAre(soa));
    for (const Asked& asked :
         {Asked{"web.vm", 28}, Asked{"idle.vm"}, Asked{"x.idle.vm"}, Asked{"er.vm"}, Asked{"vm"}}) {
        heard = ask(asked);
        EXPECT_EQ(heard.rcode, 0U) << asked.name;
        EXPECT_THAT(heard.answer, IsEmpty()) << asked.name;
        EXPECT_THAT(heard.authority, ElementsAre(soa)) << asked.name;
    }
    EXPECT_EQ(ask({"x.er.vm"}).rcode, 3U) << "below an empty name there is no wildcard";
}

TEST_F(AnswerTest, NamesFollowTheVmAtOnce) {
    names_.put("2", {"idle", "172.30.88.3", true, {}});
    EXPECT_EQ(address("idle.vm"), "idle.vm. 0 IN A 172.30.88.3");
    names_.put("2", {"idle", "172.30.88.3", false, {}});
    EXPECT_EQ(address("idle.vm"), "0");
    names_.erase("2");
    EXPECT_EQ(address("idle.vm"), "3");
    names_.put("3", {"host", "172.30.88.9", true, {}});
    EXPECT_EQ(address("host.vm"), "host.vm. 0 IN A 172.30.88.9");
}

TEST_F(AnswerTest, ANameBelowAnotherTakesNothingFromIt) {
    names_.put("3", {"low", "172.30.88.9", true, {"x.host", "y.web", "z.low"}});
    EXPECT_EQ(address("x.host.vm"), "x.host.vm. 0 IN A 172.30.88.9");
    EXPECT_EQ(address("host.vm"), "host.vm. 0 IN A 172.30.88.1");
    EXPECT_EQ(address("web.vm"), "web.vm. 0 IN A 172.30.88.2");
    EXPECT_EQ(address("a.web.vm"), "a.web.vm. 0 IN A 172.30.88.2");
    EXPECT_EQ(address("low.vm"), "low.vm. 0 IN A 172.30.88.9");
}

TEST_F(AnswerTest, AddressesHaveNames) {
    EXPECT_THAT(ask({"2.88.30.172.in-addr.arpa", type_ptr}).answer,
                ElementsAre("2.88.30.172.in-addr.arpa. 0 IN PTR web.vm."));
    EXPECT_THAT(ask({"1.88.30.172.in-addr.arpa", type_ptr}).answer,
                ElementsAre("1.88.30.172.in-addr.arpa. 0 IN PTR host.vm."));
    const Heard heard = ask({"3.88.30.172.in-addr.arpa", type_ptr});
    EXPECT_EQ(heard.rcode, 3U) << "its VM is stopped";
    EXPECT_EQ(heard.authority.at(0).substr(0, 30), "88.30.172.in-addr.arpa. 1 IN S");
    EXPECT_EQ(ask({"2.88.30.172.in-addr.arpa", type_a}).rcode, 0U);
    EXPECT_EQ(ask({"02.88.30.172.in-addr.arpa", type_ptr}).rcode, 3U);
    EXPECT_EQ(ask({"x.2.88.30.172.in-addr.arpa", type_ptr}).rcode, 3U);
    EXPECT_THAT(ask({"88.30.172.in-addr.arpa", type_ns}).answer,
                ElementsAre("88.30.172.in-addr.arpa. 0 IN NS host.vm."));
    for (const char* other : {"2.89.30.172.in-addr.arpa", "172.in-addr.arpa", "arpa", "."}) {
        EXPECT_EQ(run(Asked{other == std::string(".") ? "" : other, type_ptr}.bytes()).verdict,
                  Verdict::forward)
            << other;
    }
}

TEST_F(AnswerTest, TheApexHasItsRecords) {
    EXPECT_THAT(ask({"vm", type_soa}).answer, ElementsAre(soa));
    EXPECT_THAT(ask({"vm", type_ns}).answer, ElementsAre("vm. 0 IN NS host.vm."));
    EXPECT_EQ(ask({"vm", type_any}).answer.size(), 1U);
    EXPECT_EQ(ask({"web.vm", type_any}).answer.size(), 1U);
}

TEST_F(AnswerTest, Edns) {
    Asked asked{"web.vm"};
    asked.edns = true;
    Heard heard = ask(asked);
    EXPECT_TRUE(heard.edns);
    EXPECT_EQ(heard.udp_size, 1232U);
    EXPECT_EQ(heard.answer.size(), 1U);
    asked.udp_size = 0; // below 512 means 512
    EXPECT_EQ(ask(asked).answer.size(), 1U);

    std::string newer = Asked{"web.vm", 1, 1, true}.bytes();
    newer[newer.size() - 5] = 1; // version 1
    const Answered answered = run(newer);
    heard = test::hear({reply_.data(), answered.size});
    EXPECT_EQ(heard.rcode, 16U);
    EXPECT_THAT(heard.answer, IsEmpty());

    std::string with_cookie = Asked{"web.vm", 1, 1, true}.bytes();
    with_cookie.back() = 12;
    with_cookie += std::string("\0\12\0\10abcdefgh", 12);
    EXPECT_EQ(run(with_cookie).verdict, Verdict::reply);
    EXPECT_EQ(test::hear({reply_.data(), run(with_cookie).size}).rcode, 0U);
    with_cookie[with_cookie.size() - 9] = 9; // an option longer than the record
    EXPECT_EQ(test::hear({reply_.data(), run(with_cookie).size}).rcode, 1U);
}

TEST_F(AnswerTest, WhatDoesNotFitIsCutAndComesWholeByTcp) {
    // The SOA has the name of the zone twice more, so with a long one it is beyond 512 bytes.
    const std::string label(60, 'a');
    const std::string domain = label + "." + label + "." + label;
    const Names names(domain, {0xac1e5800, 0xffffff00}, "172.30.88.1");
    const auto reply_to = [&](const Asked& question, Transport transport) {
        const Answered answered = answer(question.bytes(), *names.zone(), transport, reply_.data());
        return std::pair(answered.size, test::hear({reply_.data(), answered.size}));
    };
    Asked asked{"nobody." + domain};
    const auto [size, cut] = reply_to(asked, Transport::udp);
    EXPECT_LE(size, plain_udp);
    EXPECT_TRUE(cut.truncated);
    EXPECT_EQ(cut.question, asked.name + ".");
    EXPECT_THAT(cut.authority, IsEmpty());
    const auto [whole_size, whole] = reply_to(asked, Transport::tcp);
    EXPECT_GT(whole_size, plain_udp);
    EXPECT_FALSE(whole.truncated);
    EXPECT_EQ(whole.rcode, 3U);
    EXPECT_EQ(whole.authority.size(), 1U);
    asked.edns = true;
    EXPECT_FALSE(reply_to(asked, Transport::udp).second.truncated)
        << "the client takes more by UDP";
}

TEST_F(AnswerTest, OtherPeoplesNamesAreForwardedOrRefused) {
    EXPECT_EQ(run(Asked{"example.org"}.bytes()).verdict, Verdict::forward);
    EXPECT_EQ(run(Asked{"webvm"}.bytes()).verdict, Verdict::forward);
    Asked plain{"example.org"};
    plain.recursion = false;
    EXPECT_EQ(ask(plain).rcode, 5U);
    EXPECT_EQ(ask({"vm", 252}).rcode, 5U) << "AXFR";
    Asked chaos{"version.bind", 16};
    chaos.klass = 3;
    EXPECT_EQ(ask(chaos).rcode, 5U);
}

TEST_F(AnswerTest, Malformed) {
    const std::string good = Asked{"web.vm"}.bytes();
    EXPECT_EQ(run("").verdict, Verdict::silent);
    EXPECT_EQ(run(good.substr(0, 11)).verdict, Verdict::silent);
    std::string response = good;
    response[2] = static_cast<char>(0x81);
    EXPECT_EQ(run(response).verdict, Verdict::silent) << "two servers must not talk for ever";
    const auto rcode = [&](const std::string& message) {
        const Answered answered = run(message);
        EXPECT_EQ(answered.verdict, Verdict::reply);
        return static_cast<unsigned char>(reply_[3]) & 15U;
    };
    for (std::size_t size = 12; size < good.size(); ++size) {
        EXPECT_EQ(rcode(good.substr(0, size)), 1U) << size;
    }
    std::string update = good;
    update[2] = 0x28;
    EXPECT_EQ(rcode(update), 4U);
    std::string two = good;
    two[5] = 2;
    EXPECT_EQ(rcode(two), 1U);
    std::string none = good.substr(0, 12);
    none[5] = 0;
    EXPECT_EQ(rcode(none), 1U);
    std::string loop = good;
    loop[12] = static_cast<char>(0xc0);
    loop[13] = 12;
    EXPECT_EQ(rcode(loop), 1U) << "a name that points at itself";
    EXPECT_EQ(rcode(good + "more"), 1U);
    std::string answers = good;
    answers[7] = 1;
    EXPECT_EQ(rcode(answers), 1U) << "a record is announced and not there";
}

TEST_F(AnswerTest, AnUnusualButWellFormedQuestionIsAnswered) {
    std::string message = Asked{"web.vm"}.bytes();
    message[11] = 2; // two more records: an address and an OPT
    message += std::string("\xc0\x0c\0\1\0\1\0\0\0\0\0\4\1\2\3\4", 16);
    message += std::string("\0\0\x29\x10\0\0\0\0\0\0\0", 11);
    const Answered answered = run(message);
    ASSERT_EQ(answered.verdict, Verdict::reply);
    const Heard heard = test::hear({reply_.data(), answered.size});
    EXPECT_EQ(heard.rcode, 0U);
    EXPECT_TRUE(heard.edns);
    EXPECT_EQ(heard.answer.size(), 1U);
}

} // namespace
} // namespace dns
