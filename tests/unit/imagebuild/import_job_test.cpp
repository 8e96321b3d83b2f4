#include "archive_world.hpp"
#include "import_job.hpp"

namespace imagebuild::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ImportJob : public ArchiveWorld {
  protected:
    banger::fake::Job import(const json& asked) {
        return run(
            [&](banger::Job& job) { import_job(job, "/lib/banger-image", asked, under_way); });
    }
    [[nodiscard]] std::vector<std::string> asked_of_api() const {
        std::vector<std::string> all;
        for (const std::string& what : host.recorded().calls) {
            if (what.starts_with("api.request ")) {
                all.push_back(what.substr(12));
            }
        }
        return all;
    }

    UnderWay under_way;

  private:
    void SetUp() override { host.answers.erase("GET /v1/images/web"); } // the name is free
};

TEST_F(ImportJob, UnpacksIntoAStagingAndRegisters) {
    end.out = R"({"result":{"image":{"name":"web"},"disk_bytes":9,"files":["rootfs.ext4"]}})"
              "\n";
    const auto job = import({{"file", "/x/a.tar.zst"}});
    EXPECT_EQ(job.outcome.status, BANGER_OK) << job.outcome.message;
    EXPECT_THAT(ran,
                ElementsAre(ElementsAre("/lib/banger-image", "about", "--file", "/x/a.tar.zst"),
                            ElementsAre("/lib/banger-image", "unpack", "--file", "/x/a.tar.zst",
                                        "--dir", "/data/st-1")));
    EXPECT_THAT(asked_of_api(),
                ElementsAre("GET /v1/images/web", "POST /v1/image-stagings", "POST /v1/images"));
    EXPECT_EQ(json::parse(job.outcome.output.at(0).bytes),
              json::parse(R"({"image":"web","size_bytes":5,"disk_bytes":9,
                              "next":"banger vm create --image web"})"));
}

TEST_F(ImportJob, RemovesItsStagingWhenItFails) {
    end.code = 1;
    end.out = R"({"error":{"kind":"invalid","message":"a.tar.zst: something follows the end"}})"
              "\n";
    auto job = import({{"file", "/x/a.tar.zst"}, {"name", "web"}});
    EXPECT_EQ(job.outcome.status, BANGER_E_INVALID);
    EXPECT_EQ(job.outcome.message, "a.tar.zst: something follows the end");
    EXPECT_THAT(asked_of_api(), ElementsAre("GET /v1/images/web", "POST /v1/image-stagings",
                                            "DELETE /v1/image-stagings/st-1"));

    end = {};
    end.status = BANGER_E_CANCELLED;
    EXPECT_EQ(import({{"file", "/x/a.tar.zst"}, {"name", "web"}}).outcome.status,
              BANGER_E_CANCELLED);
    EXPECT_EQ(asked_of_api().back(), "DELETE /v1/image-stagings/st-1");

    end = {};
    end.out = R"({"result":{"image":{"name":"web"}}})"
              "\n";
    host.answers.erase("POST /v1/images");
    EXPECT_EQ(import({{"file", "/x/a.tar.zst"}}).outcome.status, BANGER_E_NOT_FOUND);
    EXPECT_EQ(asked_of_api().back(), "DELETE /v1/image-stagings/st-1");
}

TEST_F(ImportJob, WaitsForNoOtherJobAtItsImage) {
    end.out = R"({"result":{"image":{"name":"web"}}})"
              "\n";
    const auto builds = under_way.claim("web", "build");
    const auto job = import({{"file", "/x/a.tar.zst"}});
    EXPECT_EQ(job.outcome.status, BANGER_E_CONFLICT);
    EXPECT_THAT(job.outcome.message, HasSubstr("another job is at it already: build"));
    EXPECT_THAT(asked_of_api(), IsEmpty()) << "before it is unpacked";
    EXPECT_EQ(import({{"file", "/x/a.tar.zst"}, {"name", "other"}}).outcome.status, BANGER_OK);
    EXPECT_EQ(under_way.line(), "build web (0 min)");
}

TEST_F(ImportJob, UnderATakenNameDoesNotBegin) {
    host.answers["GET /v1/images/web"] = R"({"name":"web"})";
    auto job = import({{"file", "/x/a.tar.zst"}, {"name", "web"}});
    EXPECT_EQ(job.outcome.status, BANGER_E_CONFLICT);
    EXPECT_THAT(job.outcome.hint, HasSubstr("--replace"));
    EXPECT_THAT(ran, IsEmpty());
    EXPECT_THAT(asked_of_api(), ElementsAre("GET /v1/images/web"));

    end.out = R"({"result":{"image":{"name":"web"}}})"
              "\n";
    job = import({{"file", "/x/a.tar.zst"}}); // as the archive says
    EXPECT_EQ(job.outcome.status, BANGER_E_CONFLICT);
    EXPECT_THAT(job.outcome.hint, HasSubstr("--name"));
    EXPECT_EQ(ran.size(), 1U) << "it is not unpacked";
    EXPECT_EQ(import({{"file", "/x/a.tar.zst"}, {"replace", true}}).outcome.status, BANGER_OK);
}

TEST_F(ImportJob, HandsOnWhatTheArchiveSays) {
    const json unpacked = {{"image",
                            {{"name", "web"},
                             {"arch", "x86_64"},
                             {"base", "debian"},
                             {"note", "n"},
                             {"content_bytes", 7}}}};
    EXPECT_EQ(image_request("mine", {{"file", "/x"}, {"replace", true}}, "st-1", unpacked),
              json::parse(R"({"name":"mine","staging":"st-1","replace":true,"image":
                  {"source":"import","base":"debian","note":"n","content_bytes":7}})"));
    EXPECT_EQ(image_name({{"file", "/x"}, {"name", "mine"}}, unpacked), "mine");
    EXPECT_EQ(image_name({{"file", "/x"}}, unpacked), "web");
    try {
        (void)image_name({{"file", "/x/a.tar"}}, json::object());
        FAIL() << "an image without a name";
    } catch (const banger::Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("a.tar: the archive does not say"));
    }
}

} // namespace
} // namespace imagebuild::test
