#include "page_host.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace web {
namespace {

using nlohmann::json;

class ReadPages : public testing::Test {
  protected:
    ReadPages() {
        host.answers()["GET /v1/operations?limit=500"] =
            json{{"operations", json::array({told_running(), told_operation()})}}.dump();
        host.answers()["GET /v1/operations/op-0a1b2c3d"] = told_operation().dump();
        host.answers()["GET /v1/operations/op-11112222"] = told_running().dump();
        host.answers()["GET /v1/images"] = json{{"images", json::array({told_image()})}}.dump();
        host.answers()["GET /v1/images/dev"] = told_image().dump();
        host.answers()["GET /v1/doctor"] = json{{"checks", told_checks()}}.dump();
        host.answers()["GET /v1/plugins"] = json{{"plugins", json::array({told_plugin()})}}.dump();
        host.answers()["GET /v1/plugins/share-dir"] = told_plugin().dump();
        host.answers()["GET /v1/daemon/lines"] = json{{"lines", told_lines()}}.dump();
        host.answers()["GET /v1/config"] = told_config().dump();
    }
    PageHost host;
};

TEST_F(ReadPages, AreWhole) {
    for (const auto& [path, heading] :
         {std::pair("/ops", "Operations"), std::pair("/ops/op-0a1b2c3d", "build image dev"),
          std::pair("/images", "Images"), std::pair("/images/dev", "dev"),
          std::pair("/doctor", "Doctor"), std::pair("/plugins", "Plugins"),
          std::pair("/plugins/share-dir", "share-dir"), std::pair("/settings", "Settings")}) {
        const Response page = host.get(path);
        EXPECT_EQ(page.status, 200) << path;
        EXPECT_NE(page.body.find("<h1>" + std::string(heading) + "</h1>"), std::string::npos)
            << path;
        EXPECT_EQ(page.body.find("<h1>"), page.body.rfind("<h1>")) << path;
        EXPECT_NE(page.body.find("aria-current=\"page\""), std::string::npos) << path;
        const Response part = host.get(path, {{"x-banger-fragment", "1"}});
        EXPECT_EQ(part.body.find("<html"), std::string::npos) << path;
        EXPECT_NE(part.body.find("<h1>"), std::string::npos) << path;
    }
    EXPECT_TRUE(host.host().misuse().empty());
}

TEST_F(ReadPages, RefreshThemselvesOnlyWhileAnOperationGoesOn) {
    const std::string refresh = "<noscript><meta http-equiv=\"refresh\"";
    const std::string running = host.get("/ops/op-11112222").body;
    const std::size_t at = running.find(refresh);
    ASSERT_NE(at, std::string::npos);
    EXPECT_LT(at, running.find("</head>")); // elsewhere browsers do not heed it
    EXPECT_EQ(host.get("/ops/op-0a1b2c3d").body.find(refresh), std::string::npos);
    EXPECT_EQ(host.get("/ops").body.find(refresh), std::string::npos);
}

TEST_F(ReadPages, OfferWhatCanBeDoneByForms) {
    host.retries().keep("op-0a1b2c3d", {"POST", "/v1/x", json::object(), "dev"});
    const std::string list = host.get("/ops").body;
    EXPECT_NE(list.find("action=\"/ops/op-11112222/cancel\""), std::string::npos);
    EXPECT_NE(list.find("action=\"/ops/op-0a1b2c3d/retry\""), std::string::npos);
    EXPECT_NE(list.find("aria-label=\"Cancel create testbox\""), std::string::npos);
    EXPECT_NE(list.find("name=\"csrf\""), std::string::npos);
    EXPECT_EQ(list.find("action=\"/ops/op-0a1b2c3d/cancel\""), std::string::npos);
}

TEST_F(ReadPages, SendALogThatStaysAText) {
    const Response log = host.get("/ops/op-0a1b2c3d/log");
    EXPECT_EQ(log.content_type, "text/plain; charset=utf-8");
    EXPECT_EQ(page_header(log, "Content-Disposition"), "attachment; filename=\"op-0a1b2c3d.log\"");
    EXPECT_NE(log.body.find("exit status 100"), std::string::npos);
    EXPECT_EQ(host.get("/ops/nothing/log").status, 404);
}

TEST_F(ReadPages, ListPackagesOfAnImage) {
    const auto file = std::filesystem::path(host.host().state_dir()) / "packages.txt";
    std::ofstream(file) << "bash 5.2\ncurl 7.88\n";
    json image = told_image();
    image["packages"]["manifest"] = file.string();
    host.answers()["GET /v1/images/dev"] = image.dump();
    const Response page = host.get("/images/dev/packages?q=curl");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("7.88"), std::string::npos);
    EXPECT_EQ(page.body.find("5.2"), std::string::npos);
    std::filesystem::remove(file);
    EXPECT_EQ(host.get("/images/dev/packages").status, 404);
    image["packages"] = nullptr;
    host.answers()["GET /v1/images/dev"] = image.dump();
    EXPECT_EQ(host.get("/images/dev/packages").status, 404);
}

TEST_F(ReadPages, DoWithoutAPluginThatHangs) {
    host.host().fail["api.request GET /v1/daemon/lines"] = {BANGER_E_TIMEOUT, "late", ""};
    const Response page = host.get("/plugins/share-dir");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("Shared folders"), std::string::npos);
}

TEST_F(ReadPages, SayWhatIsNotThere) {
    for (const char* path : {"/ops/op-99999999", "/images/nothing", "/plugins/nothing"}) {
        EXPECT_EQ(host.get(path).status, 404) << path;
    }
}

} // namespace
} // namespace web
