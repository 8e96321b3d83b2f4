#include "api/router.hpp"

#include "api/problem.hpp"
#include "os/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::api {
namespace {
namespace asio = boost::asio;

constexpr auto table = std::to_array<Route>({
    {"GET", "/v1/vms", "list", ""},
    {"GET", "/v1/vms/{name}", "get", "tail follow"},
    {"POST", "/v1/plugins/{id}/actions/{kind}/{verb}", "act", ""},
});

struct RouterTest : testing::Test {
    Router router{table};

    RouterTest() {
        router.on("GET", "/v1/vms/{name}", [](Request request) -> asio::awaitable<Response> {
            co_return text_response(request.param("name"));
        });
        router.on("POST", "/v1/plugins/{id}/actions/{kind}/{verb}",
                  [](Request request) -> asio::awaitable<Response> {
                      co_return json_response(request.params);
                  });
    }

    Response ask(const std::string& method, const std::string& target) const {
        asio::io_context loop;
        Request request;
        request.method = method;
        request.target = target;
        auto answer = asio::co_spawn(loop, router.handle(std::move(request)), asio::use_future);
        loop.run();
        return answer.get();
    }
    nlohmann::json error(const std::string& method, const std::string& target) const {
        return nlohmann::json::parse(ask(method, target).body)["error"];
    }
};

TEST_F(RouterTest, ItAnswersWithoutAnySocket) {
    EXPECT_EQ(ask("GET", "/v1/vms/web").body, "web");
    EXPECT_EQ(ask("POST", "/v1/plugins/nat/actions/cli/show").body,
              "{\"id\":\"nat\",\"kind\":\"cli\",\"verb\":\"show\"}\n");
}

TEST_F(RouterTest, WhatIsNotThereIsAProblemToo) {
    EXPECT_EQ(ask("GET", "/v1").status, 404);
    EXPECT_EQ(ask("GET", "").status, 404);
    EXPECT_EQ(ask("GET", "/v1/vms/web/more").status, 404);
    EXPECT_EQ(ask("GET", "/v1/vms//").status, 404);
    EXPECT_EQ(ask("DELETE", "/v1/vms/web").status, 405);
    EXPECT_EQ(error("DELETE", "/v1/vms/web")["hint"], "use GET");
    EXPECT_EQ(error("GET", "/v1/vms")["kind"], "unavailable"); // nobody registered it yet
}

TEST_F(RouterTest, AnUnknownQueryParameterNamesTheNearest) {
    EXPECT_EQ(error("GET", "/v1/vms/web?folow=1")["hint"], "did you mean \"follow\"?");
    EXPECT_EQ(ask("GET", "/v1/vms/web?follow&tail=3").status, 200);
    EXPECT_EQ(ask("GET", "/v1/vms/web?").status, 200);
}

TEST_F(RouterTest, RegistrationIsChecked) {
    const Handler handler = [](Request) -> asio::awaitable<Response> { co_return Response{}; };
    EXPECT_THROW(router.on("GET", "/v1/vms/{name}", handler), os::Error);
    EXPECT_THROW(router.on("GET", "/v2", handler), os::Error);
    EXPECT_EQ(router.missing(), std::vector<std::string>{"GET /v1/vms"});
    router.on("GET", "/v1/vms", handler);
    EXPECT_TRUE(router.missing().empty());
}

TEST(Problem, EveryKindHasAStatusAndTheBodyNamesIt) {
    EXPECT_EQ(status_of(os::ErrorKind::invalid), 400);
    EXPECT_EQ(status_of(os::ErrorKind::busy), 409);
    EXPECT_EQ(status_of(os::ErrorKind::internal), 500);
    const auto error = os::Error(os::ErrorKind::timeout, "no SSH \xff", "look")
                           .with_details({"last line", "of the console"});
    const Response response = problem(error);
    EXPECT_EQ(response.status, 504);
    const auto body = nlohmann::json::parse(response.body)["error"];
    EXPECT_EQ(body["kind"], "timeout");
    EXPECT_EQ(body["message"], "no SSH \xef\xbf\xbd"); // the byte that is no UTF-8 is replaced
    EXPECT_EQ(body["details"]["console"][1], "of the console");
}

} // namespace
} // namespace banger::api
