#include "http/router.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

Router::Handler answering(const std::string& text) {
    return [text](banger::Call&, const Request&) { return Response::text(text); };
}

class Routes : public testing::Test {
  protected:
    Routes() {
        for (const char* pattern : {"/", "/vms", "/vms/new", "/vms/{name}", "/vms/{name}/logs",
                                    "/static/{digest}/{name}"}) {
            router.add("GET", pattern, answering(pattern));
        }
        router.add("POST", "/vms", answering("create"));
        router.add("POST", "/vms/{name}/{action}", answering("act"));
    }
    /// Which handler it is, and its arguments: "act web stop"; "" for none.
    [[nodiscard]] std::string found(const std::string& method, const std::string& path) const {
        const Router::Found route = router.find(method, path);
        if (route.handler == nullptr) {
            EXPECT_TRUE(route.args.empty());
            return {};
        }
        banger::Call* call = nullptr; // these handlers use none
        std::string text = (*route.handler)(*call, {}).body;
        for (const std::string& arg : route.args) {
            text += " " + arg;
        }
        return text;
    }
    Router router;
};

TEST_F(Routes, AreFoundByEachOfTheirParts) {
    EXPECT_EQ(found("GET", "/"), "/");
    EXPECT_EQ(found("GET", "/vms"), "/vms");
    EXPECT_EQ(found("GET", "/vms/new"), "/vms/new");
    EXPECT_EQ(found("GET", "/vms/web"), "/vms/{name} web");
    EXPECT_EQ(found("GET", "/vms/web/logs"), "/vms/{name}/logs web");
    EXPECT_EQ(found("GET", "/static/0123/app.css"), "/static/{digest}/{name} 0123 app.css");
    EXPECT_EQ(found("POST", "/vms"), "create");
    EXPECT_EQ(found("POST", "/vms/web/stop"), "act web stop");
    EXPECT_EQ(found("GET", "/vms/{name}"), "/vms/{name} {name}");
}

TEST_F(Routes, AreNotFoundByAlmostTheirs) { // T12
    for (const char* path :
         {"", "/vm", "/VMS", "/vms/", "//vms", "/vms//logs", "/vms/web/logs/", "/vms/web/logs/x",
          "/./vms", "/x/../vms", "/static/..", "/static/0123/../app.css", "/vms/a/b/c"}) {
        EXPECT_EQ(found("GET", path), "") << path;
    }
    // A part is a name as it stands, never a way to somewhere.
    EXPECT_EQ(found("GET", "/vms/.."), "/vms/{name} ..");
}

TEST_F(Routes, SayWhichMethodsAPathHas) {
    EXPECT_EQ(router.find("DELETE", "/vms").handler, nullptr);
    EXPECT_EQ(router.find("DELETE", "/vms").allowed, "GET, POST");
    EXPECT_EQ(router.find("POST", "/vms/web/logs").allowed, "GET, POST");
    EXPECT_EQ(router.find("GET", "/vms/web/stop").allowed, "POST");
    EXPECT_EQ(router.find("GET", "/vms/web/stop").handler, nullptr); // reading changes nothing
    EXPECT_EQ(router.find("GET", "/nowhere").allowed, "");
}

} // namespace
} // namespace web
