#include "http/router.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using Args = std::vector<std::string>;

class RestOfPath : public testing::Test {
  protected:
    RestOfPath() {
        const auto handler = [](banger::Call&, const Request&) { return Response::text(""); };
        router.add("GET", "/plugins/{id}/panel/{path...}", handler);
        router.add("GET", "/plugins/{id}", handler);
        router.add("POST", "/all/{rest...}", handler);
    }
    [[nodiscard]] Args args_of(const std::string& path) const {
        const Router::Found found = router.find("GET", path);
        return found.handler == nullptr ? Args{"none"} : found.args;
    }
    Router router;
};

TEST_F(RestOfPath, IsOneArgumentWithItsSlashes) {
    EXPECT_EQ(args_of("/plugins/nat/panel/a"), (Args{"nat", "a"}));
    EXPECT_EQ(args_of("/plugins/nat/panel/a/b.css"), (Args{"nat", "a/b.css"}));
    EXPECT_EQ(args_of("/plugins/nat/panel/a/b/"), (Args{"nat", "a/b/"}));
}

TEST_F(RestOfPath, MayBeEmptyBehindItsSlash) {
    EXPECT_EQ(args_of("/plugins/nat/panel/"), (Args{"nat", ""}));
    EXPECT_EQ(args_of("/plugins/nat/panel"), (Args{"none"}));
    EXPECT_EQ(args_of("/plugins//panel/a"), (Args{"none"}));
    EXPECT_EQ(args_of("/"), (Args{"none"}));
}

TEST_F(RestOfPath, IsGivenAsItCame) {
    EXPECT_EQ(args_of("/plugins/nat/panel/../../x"), (Args{"nat", "../../x"}));
    EXPECT_EQ(args_of("/plugins/nat/panel//x//"), (Args{"nat", "/x//"}));
    // It is found by its own parts only: what goes back in it leads to no other route.
    EXPECT_EQ(args_of("/plugins/nat/panel/../nat"), (Args{"nat", "../nat"}));
}

TEST_F(RestOfPath, TellsWhichMethodsThereAre) {
    const Router::Found found = router.find("GET", "/all/a/b");
    EXPECT_EQ(found.handler, nullptr);
    EXPECT_EQ(found.allowed, "POST");
    EXPECT_TRUE(router.find("GET", "/all").allowed.empty());
}

} // namespace
} // namespace web
