#include "gate/base64url.hpp"
#include "gate/csrf.hpp"

#include <gtest/gtest.h>

#include <set>

namespace web {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Verdict = Csrf::Verdict;

class CsrfTokens : public testing::Test {
  protected:
    const Csrf csrf{std::string(32, 's')};
    const Csrf::Clock::time_point now{seconds(1'800'000'000)};
    const std::string host = "127.0.0.1:7777";
    const std::string token = csrf.issue(1000, host, now);

    [[nodiscard]] Verdict check(const std::string& given,
                                Csrf::Clock::duration later = seconds(0)) const {
        return csrf.check(given, 1000, host, now + later);
    }
};

TEST_F(CsrfTokens, AreGoodForTwelveHours) {
    EXPECT_EQ(check(token), Verdict::good);
    EXPECT_EQ(check(token, hours(12)), Verdict::good);
    EXPECT_EQ(check(token, hours(12) + seconds(1)), Verdict::expired);
    EXPECT_EQ(check(token, hours(24 * 400)), Verdict::expired);
    EXPECT_EQ(check(token, -minutes(5)), Verdict::good);
    EXPECT_EQ(check(token, -minutes(6)), Verdict::expired); // the clock went back
}

TEST_F(CsrfTokens, AreOfOneUserHostAndSecret) {
    EXPECT_EQ(csrf.check(token, 1001, host, now), Verdict::wrong);
    EXPECT_EQ(csrf.check(token, 0, host, now), Verdict::wrong);
    EXPECT_EQ(csrf.check(token, 1000, "localhost:7777", now), Verdict::wrong);
    EXPECT_EQ(csrf.check(token, 1000, "", now), Verdict::wrong);
    EXPECT_EQ(Csrf(std::string(32, 't')).check(token, 1000, host, now), Verdict::wrong);
    EXPECT_EQ(Csrf(std::string(32, 's')).check(token, 1000, host, now), Verdict::good);
    // Old and forged is forged: nobody is offered to send it again.
    EXPECT_EQ(csrf.check(token, 1001, host, now + hours(13)), Verdict::wrong);
}

TEST_F(CsrfTokens, AreGoodWholeOnly) {
    EXPECT_EQ(check(""), Verdict::wrong);
    EXPECT_EQ(check(token + "A"), Verdict::wrong);
    EXPECT_EQ(check(token + "="), Verdict::wrong);
    EXPECT_EQ(check(" " + token), Verdict::wrong);
    EXPECT_EQ(check(token + token), Verdict::wrong);
    EXPECT_EQ(check(std::string(1 << 20, 'A')), Verdict::wrong);
    for (std::size_t i = 0; i < token.size(); ++i) {
        EXPECT_EQ(check(token.substr(0, i)), Verdict::wrong) << i;
        std::string other = token;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(check(other), Verdict::wrong) << i;
    }
    // 32 zeros instead of the MAC, of a head that is right.
    const std::string bytes = from_base64url(token).value();
    EXPECT_EQ(check(base64url(bytes.substr(0, 24) + std::string(32, '\0'))), Verdict::wrong);
    EXPECT_EQ(check(base64url(bytes.substr(0, 24))), Verdict::wrong);
    EXPECT_EQ(check(base64url(bytes)), Verdict::good);
}

TEST_F(CsrfTokens, AreNeverTheSame) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        seen.insert(csrf.issue(1000, host, now));
    }
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_EQ(token.size(), 75U);
    EXPECT_EQ(
        token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos);
}

TEST(Base64Url, HasOneFormOfEachText) { // RFC 4648, section 10
    const std::pair<const char*, const char*> rows[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfd", "__79"}};
    for (const auto& [bytes, text] : rows) {
        EXPECT_EQ(base64url(bytes), text);
        EXPECT_EQ(from_base64url(text), bytes);
    }
    for (const char* text : {"Z", "Zh", "Zm9", "Zg==", "Zg=", "Z g", "Zm9vY", "/+", "Zm9v\n"}) {
        EXPECT_EQ(from_base64url(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace web
