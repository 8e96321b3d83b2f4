#include "export_job.hpp"
#include "import_job.hpp"
#include "tool_run.hpp"

#include <banger/test/fake_host.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::function<void(banger::Job&)>& archive_work() {
    static std::function<void(banger::Job&)> slot;
    return slot;
}

/// A plugin whose one verb begins one job.
class ArchivePlugin {
  public:
    static constexpr const char* id = "archives";
    static constexpr const char* name = "Archives";
    static constexpr const char* version = "1.0.0";
    ArchivePlugin(banger::Host host, banger::Call&, std::string_view) : operations_(host) {}
    void go(banger::Call& call, std::string_view) {
        (void)operations_.start(call, "go", "web", [](banger::Job& job) { archive_work()(job); });
    }
    static constexpr banger_action cli[] = {banger::action<&ArchivePlugin::go>("go", "begins it")};

  private:
    banger::Operations operations_;
};

class ArchiveJobs : public testing::Test {
  protected:
    ArchiveJobs() {
        host.begin();
        host.programs = [this](const banger::fake::Program& program, banger_call&) {
            ran.push_back(program.argv);
            return end;
        };
        host.answers["POST /v1/image-stagings"] = R"({"id":"st-1","dir":"/data/st-1"})";
        host.answers["DELETE /v1/image-stagings/st-1"] = "{}";
        host.answers["POST /v1/images"] = R"({"name":"web","size_bytes":5})";
        host.answers["GET /v1/images/web"] =
            R"({"name":"web","ok":true,"rootfs":"/b/rootfs.ext4","kernel":"/b/vmlinuz",
                "initrd":"/b/initramfs.img","modules":null,"work_seed":"/b/work-seed.ext4"})";
    }
    ~ArchiveJobs() override { EXPECT_THAT(host.misuse(), IsEmpty()); }

    banger::fake::Job run(const std::function<void(banger::Job&)>& work) {
        archive_work() = work;
        EXPECT_EQ(host.action(BANGER_IFACE_CLI, "go").status, BANGER_OK);
        return host.run_jobs().at(0);
    }
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

    banger::fake::Host host{&banger::Export<ArchivePlugin>::entry};
    banger::fake::ProgramEnd end;
    UnderWay under_way;
    std::vector<std::vector<std::string>> ran;
};

TEST_F(ArchiveJobs, HearWhatTheToolSays) {
    end.out = R"({"stage":"merging"})"
              "\n"
              R"({"done":1,"total":2,"unit":"bytes"})"
              "\n"
              R"({"done":1,"total":2,"unit":"items"})"
              "\nno JSON\n"
              R"({"change":"added","path":"/x"})"
              "\n"
              R"({"stage":"a\nb\u001b[2J"})"
              "\n"
              R"({"result":{"bytes":3}})"
              "\n";
    end.err = "a warning\nwithout an end";
    std::vector<json> lines;
    json result;
    const auto job = run([&](banger::Job& own) {
        ToolEars ears = ears_of(own, StagePlan({{"merging", 1}, {"other", 3}}));
        ears.line = [&](const json& line) { lines.push_back(line); };
        result = run_tool(own.call, "/lib/banger-image", {"diff", "--base", "/b"}, ears);
    });
    EXPECT_EQ(job.outcome.status, BANGER_OK) << job.outcome.message;
    EXPECT_EQ(result, json({{"bytes", 3}}));
    EXPECT_THAT(ran, ElementsAre(ElementsAre("/lib/banger-image", "diff", "--base", "/b")));
    EXPECT_THAT(job.stages, ElementsAre("merging", "a?b?[2J"));
    EXPECT_THAT(job.reached, ElementsAre(25U));
    EXPECT_THAT(job.lines, ElementsAre("no JSON", "a warning", "without an end"));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0]["path"], "/x");
}

TEST_F(ArchiveJobs, HearARowThatNamesAllPackagesOfALargeImage) {
    json packages = json::array();
    for (int i = 0; i < 20000; ++i) {
        packages.push_back({{"name", "package-" + std::to_string(i)}, {"version", "1:2.3-4"}});
    }
    end.out = json{{"result", {{"packages", packages}}}}.dump() + "\n";
    ASSERT_GT(end.out.size(), 500000U);
    json result;
    const auto job = run([&](banger::Job& own) {
        result = run_tool(own, "/lib/banger-image", {"inspect", "--fs", "/b"});
    });
    EXPECT_EQ(job.outcome.status, BANGER_OK) << job.outcome.message;
    EXPECT_EQ(result["packages"], packages);
    EXPECT_THAT(job.lines, IsEmpty());

    end.out = std::string(std::size_t{17} << 20U, 'x');
    EXPECT_THAT(
        run([](banger::Job& own) { (void)run_tool(own, "/t", {"inspect"}); }).outcome.message,
        HasSubstr("does not end"));
}

TEST_F(ArchiveJobs, FailAsTheToolDoes) {
    const auto tool = [](banger::Job& job) { (void)run_tool(job, "/lib/banger-image", {"pack"}); };
    end = {};
    end.code = 1;
    end.out = R"({"error":{"kind":"conflict","message":"x is there","hint":"move it"}})"
              "\n";
    auto job = run(tool);
    EXPECT_EQ(job.outcome.status, BANGER_E_CONFLICT);
    EXPECT_EQ(job.outcome.message, "x is there");
    EXPECT_EQ(job.outcome.hint, "move it");

    end.out = R"({"error":{"kind":7}})"
              "\n";
    EXPECT_EQ(run(tool).outcome.message, "banger-image pack failed");
    end.out = R"({"result":{}})"
              "\n";
    EXPECT_THAT(run(tool).outcome.message, HasSubstr("ended with 1")) << "whatever it says";
    end.code = 0;
    end.out = R"({"result":)";
    end.err = "out of luck\n";
    EXPECT_THAT(run(tool).outcome.message, HasSubstr("no result: out of luck"));
    end.code = -1;
    end.signal = 11;
    EXPECT_THAT(run(tool).outcome.message, HasSubstr("was ended by signal 11"));
    end = {};
    end.status = BANGER_E_CANCELLED;
    end.message = "it was killed";
    EXPECT_EQ(run(tool).outcome.status, BANGER_E_CANCELLED);
}

TEST_F(ArchiveJobs, ExportPacksAllThatAnImageBootsFrom) {
    end.out = R"({"result":{"path":"/x","size_bytes":7,"sha256":"ab","files":[]}})"
              "\n";
    const auto job = run([](banger::Job& own) {
        export_job(own, "/lib/banger-image", {{"name", "web"}, {"file", "/x/web.tar.zst"}});
    });
    EXPECT_EQ(job.outcome.status, BANGER_OK) << job.outcome.message;
    EXPECT_THAT(ran.at(0),
                ElementsAre("/lib/banger-image", "pack", "--image", R"({"name":"web"})", "--out",
                            "/x/web.tar.zst", "--file", "rootfs.ext4=/b/rootfs.ext4", "--file",
                            "work-seed.ext4=/b/work-seed.ext4", "--file", "vmlinuz=/b/vmlinuz",
                            "--file", "initramfs.img=/b/initramfs.img"));
    ASSERT_EQ(job.outcome.output.size(), 1U);
    EXPECT_EQ(
        json::parse(job.outcome.output[0].bytes),
        json::parse(R"({"image":"web","file":"/x/web.tar.zst","size_bytes":7,"sha256":"ab"})"));
}

TEST_F(ArchiveJobs, ExportIntoAFolderNamesTheFile) {
    end.out = R"({"result":{}})"
              "\n";
    const std::string folder = testing::TempDir();
    const auto job = run([&](banger::Job& own) {
        export_job(own, "/lib/banger-image",
                   {{"name", "web"}, {"file", folder}, {"replace", true}});
    });
    EXPECT_EQ(job.outcome.status, BANGER_OK) << job.outcome.message;
    EXPECT_THAT(ran.at(0), Contains((fs::path(folder) / "web.tar.zst").string()));
    EXPECT_EQ(ran.at(0).back(), "--replace");
}

TEST_F(ArchiveJobs, ExportSaysWhyAnImageCannotBeUsed) {
    host.answers["GET /v1/images/web"] =
        R"({"name":"web","ok":false,"problem":"image web: no rootfs: /b/r is missing"})";
    const auto job = run([](banger::Job& own) {
        export_job(own, "/lib/banger-image", {{"name", "web"}, {"file", "/x"}});
    });
    EXPECT_EQ(job.outcome.status, BANGER_E_UNAVAILABLE);
    EXPECT_THAT(job.outcome.message, HasSubstr("/b/r is missing"));
    EXPECT_THAT(ran, IsEmpty());
}

TEST_F(ArchiveJobs, ExportTellsWhatIsKnownOfTheImage) {
    const fs::path folder =
        fs::path(testing::TempDir()) / ("kernels-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    std::ofstream(folder / "vmlinuz") << "MZ packed";
    std::ofstream(folder / "elf") << "\177ELF";
    json image = {{"name", "web"},
                  {"rootfs", "/b/r"},
                  {"kernel", (folder / "vmlinuz").string()},
                  {"kernel_elf", (folder / "elf").string()},
                  {"note", "two\nlines \033[2J"},
                  {"base", std::string(255, 'x') + "\xc3\xa9"},
                  {"recipe", nullptr},
                  {"content_bytes", 42U},
                  {"packages", {{"count", 3}, {"manifest", "/b/packages.txt"}}},
                  {"modules", "/b/modules"}};
    std::vector<std::string> words = pack_words(image, "/x", true);
    EXPECT_EQ(json::parse(words.at(2)), json({{"name", "web"},
                                              {"note", "two lines  [2J"},
                                              {"base", std::string(255, 'x')},
                                              {"content_bytes", 42U}}));
    EXPECT_THAT(words, Contains("vmlinuz=" + (folder / "vmlinuz").string()));
    EXPECT_THAT(words, Contains("vmlinux=" + (folder / "elf").string()));
    EXPECT_THAT(words, Contains("packages.txt=/b/packages.txt"));
    EXPECT_THAT(words, Contains("modules=/b/modules"));
    image["kernel"] = (folder / "elf").string();
    image["kernel_elf"] = nullptr;
    words = pack_words(image, "/x", true);
    EXPECT_THAT(words, Contains("vmlinux=" + (folder / "elf").string()));
    EXPECT_THAT(words, Not(Contains(HasSubstr("vmlinuz="))));
    fs::remove_all(folder);
}

TEST_F(ArchiveJobs, ImportUnpacksIntoAStagingAndRegisters) {
    end.out = R"({"result":{"image":{"name":"web"},"disk_bytes":9,"files":["rootfs.ext4"]}})"
              "\n";
    const auto job = import({{"file", "/x/a.tar.zst"}});
    EXPECT_EQ(job.outcome.status, BANGER_OK) << job.outcome.message;
    EXPECT_THAT(ran.at(0), ElementsAre("/lib/banger-image", "unpack", "--file", "/x/a.tar.zst",
                                       "--dir", "/data/st-1"));
    EXPECT_THAT(asked_of_api(), ElementsAre("POST /v1/image-stagings", "POST /v1/images"));
    EXPECT_EQ(json::parse(job.outcome.output.at(0).bytes),
              json::parse(R"({"image":"web","size_bytes":5,"disk_bytes":9})"));
}

TEST_F(ArchiveJobs, ImportRemovesItsStagingWhenItFails) {
    end.code = 1;
    end.out = R"({"error":{"kind":"invalid","message":"a.tar.zst: something follows the end"}})"
              "\n";
    auto job = import({{"file", "/x/a.tar.zst"}});
    EXPECT_EQ(job.outcome.status, BANGER_E_INVALID);
    EXPECT_EQ(job.outcome.message, "a.tar.zst: something follows the end");
    EXPECT_THAT(asked_of_api(),
                ElementsAre("POST /v1/image-stagings", "DELETE /v1/image-stagings/st-1"));

    end = {};
    end.status = BANGER_E_CANCELLED;
    EXPECT_EQ(import({{"file", "/x/a.tar.zst"}}).outcome.status, BANGER_E_CANCELLED);
    EXPECT_EQ(asked_of_api().back(), "DELETE /v1/image-stagings/st-1");

    end = {};
    end.out = R"({"result":{"image":{"name":"web"}}})"
              "\n";
    host.answers.erase("POST /v1/images");
    EXPECT_EQ(import({{"file", "/x/a.tar.zst"}}).outcome.status, BANGER_E_NOT_FOUND);
    EXPECT_EQ(asked_of_api().back(), "DELETE /v1/image-stagings/st-1");
}

TEST_F(ArchiveJobs, ImportWaitsForNoOtherJobAtItsImage) {
    end.out = R"({"result":{"image":{"name":"web"}}})"
              "\n";
    const auto builds = under_way.claim("web", "build");
    const auto job = import({{"file", "/x/a.tar.zst"}});
    EXPECT_EQ(job.outcome.status, BANGER_E_CONFLICT);
    EXPECT_THAT(job.outcome.message, HasSubstr("another job is at it already: build"));
    EXPECT_THAT(asked_of_api(),
                ElementsAre("POST /v1/image-stagings", "DELETE /v1/image-stagings/st-1"));
    EXPECT_EQ(import({{"file", "/x/a.tar.zst"}, {"name", "other"}}).outcome.status, BANGER_OK);
    EXPECT_EQ(under_way.line(), "build web (0 min)");
}

TEST_F(ArchiveJobs, ImportUnderATakenNameDoesNotBegin) {
    const auto job = import({{"file", "/x/a.tar.zst"}, {"name", "web"}});
    EXPECT_EQ(job.outcome.status, BANGER_E_CONFLICT);
    EXPECT_THAT(job.outcome.hint, HasSubstr("--replace"));
    EXPECT_THAT(ran, IsEmpty());
    EXPECT_THAT(asked_of_api(), ElementsAre("GET /v1/images/web"));
}

TEST_F(ArchiveJobs, ImportHandsOnWhatTheArchiveSays) {
    const json unpacked = {{"image",
                            {{"name", "web"},
                             {"arch", "x86_64"},
                             {"base", "debian"},
                             {"note", "n"},
                             {"content_bytes", 7}}}};
    EXPECT_EQ(
        image_request({{"file", "/x"}, {"name", "mine"}, {"replace", true}}, "st-1", unpacked),
        json::parse(R"({"name":"mine","staging":"st-1","replace":true,"image":
                  {"source":"import","base":"debian","note":"n","content_bytes":7}})"));
    EXPECT_EQ(image_request({{"file", "/x"}}, "st-1", unpacked)["name"], "web");
    try {
        (void)image_request({{"file", "/x/a.tar"}}, "st-1", json::object());
        FAIL() << "an image without a name";
    } catch (const banger::Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("a.tar: the archive does not say"));
    }
}

} // namespace
} // namespace imagebuild
