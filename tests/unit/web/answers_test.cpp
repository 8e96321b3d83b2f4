#include "http/answers.hpp"

#include "state/daemon.hpp"

#include <banger/test/fake_host.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

namespace web {
namespace {

struct Nothing {
    static constexpr const char* id = "nothing";
    static constexpr const char* name = "Nothing";
    static constexpr const char* version = "1.0.0";
    Nothing(banger::Host, banger::Call&, std::string_view) {}
};

class AnswersTest : public testing::Test {
  protected:
    AnswersTest() {
        host.begin();
        router.add("GET", "/page/{name}", [](banger::Call&, const Request& request) {
            return Response::text("page of " + request.args.at(0));
        });
        router.add("POST", "/change", [this](banger::Call&, const Request&) {
            ++changes;
            return Response::see("/page/x");
        });
        router.add("GET", "/throw", [this](banger::Call&, const Request&) -> Response {
            to_throw();
            return {};
        });
    }
    Response answer(Request request) {
        Response response;
        host.call("page", [&](void*, banger_call* raw) {
            banger::Call call(raw);
            response = answers.answer(call, std::move(request));
            return BANGER_OK;
        });
        return response;
    }
    Response get(const std::string& path) {
        Request request;
        request.id = "w7";
        request.method = "GET";
        request.path = path;
        return answer(std::move(request));
    }
    Response post(const std::string& path, const std::string& token, bool by_header = false) {
        Request request;
        request.method = "POST";
        request.path = path;
        request.host = own_host;
        request.uid = 1000;
        if (by_header) {
            request.headers["x-banger-csrf"] = token;
        } else {
            request.form.add("csrf", token);
        }
        return answer(std::move(request));
    }
    [[nodiscard]] std::string token(std::chrono::hours age = std::chrono::hours(0),
                                    std::uint32_t uid = 1000) const {
        return csrf.issue(uid, own_host, Csrf::Clock::now() - age);
    }
    static Pages pages() {
        return {[](banger::Call&, const Request&, int status, const std::string& title,
                   const std::string& cause, const std::string& next) {
                    return Response::text(title + "|" + cause + "|" + next, status);
                },
                [](banger::Call&, const Request&) { return Response::text("again?", 403); }};
    }

    const std::string own_host = "127.0.0.1:7777";
    banger::fake::Host host{&banger::Export<Nothing>::entry};
    Router router;
    const Csrf csrf{std::string(32, 's')};
    Answers answers{router, csrf, pages()};
    int changes = 0;
    std::function<void()> to_throw;
};

TEST_F(AnswersTest, AreOfTheHandler) {
    EXPECT_EQ(get("/page/a").body, "page of a");
    EXPECT_EQ(get("/nowhere").status, 404);
    const Response wrong = get("/change");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers.back().first, "Allow");
    EXPECT_EQ(wrong.headers.back().second, "POST");
    EXPECT_EQ(changes, 0);
}

TEST_F(AnswersTest, ToAChangeNeedAToken) { // T3, T4
    EXPECT_EQ(post("/change", token()).status, 303);
    EXPECT_EQ(post("/change", token(), true).status, 303);
    EXPECT_EQ(changes, 2);
    for (const std::string& wrong :
         {std::string(), std::string("x"), token(std::chrono::hours(0), 1001), token() + "x"}) {
        EXPECT_EQ(post("/change", wrong).status, 403);
        EXPECT_EQ(post("/change", wrong, true).status, 403);
        EXPECT_EQ(post("/nowhere", wrong).status, 403);
    }
    EXPECT_EQ(changes, 2);
    EXPECT_EQ(post("/nowhere", token()).status, 404);
}

TEST_F(AnswersTest, OfferToSendAnOldFormAgain) { // T20
    const Response old = post("/change", token(std::chrono::hours(13)));
    EXPECT_EQ(old.status, 403);
    EXPECT_EQ(old.body, "again?");
    EXPECT_NE(post("/change", token(std::chrono::hours(13), 1001)).body, "again?"); // not ours
    EXPECT_EQ(changes, 0);
}

TEST_F(AnswersTest, SayWhatTheDaemonSays) {
    to_throw = [] { throw Problem(409, "busy", "VM web is busy", "wait a little"); };
    Response response = get("/throw");
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(response.body, "Not now|VM web is busy|wait a little");
    const std::pair<banger_status, int> rows[] = {
        {BANGER_E_INVALID, 400},  {BANGER_E_PERMISSION, 403},  {BANGER_E_NOT_FOUND, 404},
        {BANGER_E_CONFLICT, 409}, {BANGER_E_BUSY, 409},        {BANGER_E_UNAVAILABLE, 503},
        {BANGER_E_TIMEOUT, 504},  {BANGER_E_UNSUPPORTED, 501}, {BANGER_E_CANCELLED, 503}};
    for (const auto& [code, status] : rows) {
        to_throw = [code = code] { throw banger::Error(code, "cause", "next"); };
        response = get("/throw");
        EXPECT_EQ(response.status, status);
        EXPECT_NE(response.body.find("|cause|next"), std::string::npos);
    }
    EXPECT_FALSE(answers.given_up()); // none of these was a fault of ours
}

TEST_F(AnswersTest, HideWhatWentWrongAndTellTheLog) { // T17
    to_throw = [] { throw std::runtime_error("secret detail"); };
    const Response response = get("/throw");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body.find("secret detail"), std::string::npos);
    EXPECT_NE(response.body.find("w7"), std::string::npos);
    bool logged = false;
    for (const auto& line : host.recorded().log) {
        logged = logged || line.level == BANGER_LOG_ERROR;
    }
    EXPECT_TRUE(logged);
    to_throw = [] { throw 7; }; // NOLINT(hicpp-exception-baseclass): anything at all
    EXPECT_EQ(get("/throw").status, 500);
    to_throw = [] { throw banger::Error(BANGER_E_INTERNAL, "x"); };
    EXPECT_EQ(get("/throw").status, 500);
    EXPECT_EQ(get("/page/a").status, 200);
}

TEST_F(AnswersTest, EndAfterFiveFaultsInAMinute) { // T17
    to_throw = [] { throw std::runtime_error("x"); };
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(answers.given_up());
        EXPECT_EQ(get("/throw").status, 500);
    }
    EXPECT_TRUE(answers.given_up());
    const Response off = get("/page/a");
    EXPECT_EQ(off.status, 503);
    EXPECT_NE(off.body.find("banger daemon restart"), std::string::npos);
    EXPECT_EQ(post("/change", token()).status, 503);
    EXPECT_EQ(changes, 0);
}

} // namespace
} // namespace web
