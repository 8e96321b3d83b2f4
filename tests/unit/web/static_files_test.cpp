#include "http/static_files.hpp"

#include "render/embedded.hpp"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

namespace web {
namespace {

class StaticFiles : public testing::Test {
  protected:
    StaticFiles() { add_static_files(router); }

    [[nodiscard]] Response get(const std::string& path,
                               std::map<std::string, std::string> headers = {}) const {
        const Router::Found found = router.find("GET", path);
        if (found.handler == nullptr) {
            return Response::text("no route", 404);
        }
        Request request;
        request.args = found.args;
        request.headers = std::move(headers);
        banger::Call* call = nullptr; // it uses none
        return (*found.handler)(*call, request);
    }
    static std::string header(const Response& response, const std::string& name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) {
                return value;
            }
        }
        return {};
    }
    static std::string_view bytes_of(const std::string& name) {
        for (const Embedded& file : embedded_assets()) {
            if (file.name == name) {
                return file.bytes;
            }
        }
        throw std::runtime_error("no " + name);
    }
    Router router;
};

TEST_F(StaticFiles, AreWhatTheyAreInTheTree) {
    for (const auto& [name, type] : {std::pair{"app.css", "text/css; charset=utf-8"},
                                     std::pair{"app.js", "text/javascript; charset=utf-8"},
                                     std::pair{"icon.svg", "image/svg+xml"}}) {
        const Response response = get(asset_path(name));
        EXPECT_EQ(response.status, 200) << name;
        EXPECT_EQ(response.body, bytes_of(name));
        EXPECT_EQ(response.content_type, type);
        EXPECT_TRUE(response.immutable);
        EXPECT_EQ(header(response, "Content-Encoding"), "");
        EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
    }
}

TEST_F(StaticFiles, HaveTheirDigestInTheirAddress) {
    const std::string path = asset_path("app.css");
    EXPECT_EQ(path.find("/static/"), 0U);
    EXPECT_EQ(path.size(), std::string("/static/0123456789ab/app.css").size());
    EXPECT_EQ(get("/static/000000000000/app.css").status, 404);
    EXPECT_FALSE(get("/static/000000000000/app.css").immutable); // else it would be 404 for ever
    EXPECT_EQ(get(path.substr(0, 20) + "/icon.svg").status, 404);
    EXPECT_EQ(get(path + ".gz").status, 404);
    EXPECT_THROW((void)asset_path("absent.css"), std::runtime_error);
    EXPECT_THROW((void)asset_path("app.css.gz"), std::runtime_error);
    EXPECT_THROW((void)asset_path("../config.cpp"), std::runtime_error);
}

TEST_F(StaticFiles, AreCompressedForWhoTakesThat) {
    const std::string path = asset_path("app.css");
    // "gz" is worth it for this one only if it is smaller.
    const bool smaller = bytes_of("app.css.gz").size() < bytes_of("app.css").size();
    for (const char* accepted : {"gzip", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.8",
                                 "deflate , gzip ", "gzip;q=0.001"}) {
        const Response response = get(path, {{"accept-encoding", accepted}});
        EXPECT_EQ(header(response, "Content-Encoding"), smaller ? "gzip" : "") << accepted;
        EXPECT_EQ(response.body, bytes_of(smaller ? "app.css.gz" : "app.css")) << accepted;
        EXPECT_EQ(response.content_type, "text/css; charset=utf-8");
    }
    for (const char* accepted :
         {"", "identity", "br", "gzip;q=0", "gzip; q=0.0", "x-gzip", "gzipped", "deflate;gzip"}) {
        const Response response = get(path, {{"accept-encoding", accepted}});
        EXPECT_EQ(header(response, "Content-Encoding"), "") << accepted;
        EXPECT_EQ(response.body, bytes_of("app.css")) << accepted;
    }
}

TEST_F(StaticFiles, AreNotSentAgain) {
    const std::string path = asset_path("app.css");
    const std::string tag = header(get(path), "ETag");
    EXPECT_EQ(tag.front(), '"');
    const Response same = get(path, {{"if-none-match", tag}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(header(same, "ETag"), tag);
    EXPECT_EQ(get(path, {{"if-none-match", "\"other\""}}).status, 200);
    EXPECT_EQ(get(path, {{"if-none-match", "W/" + tag}}).status, 200);
}

TEST_F(StaticFiles, AreNothingElse) { // T12
    for (const char* path : {"/static/", "/static", "/static/x", "/static/../../etc/passwd",
                             "/static/x/..", "/static/x/../app.css", "/static//app.css"}) {
        EXPECT_EQ(get(path).status, 404) << path;
    }
}

} // namespace
} // namespace web
