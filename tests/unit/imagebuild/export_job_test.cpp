#include "archive_world.hpp"
#include "export_job.hpp"

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace imagebuild::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using ExportJob = ArchiveWorld;

TEST_F(ExportJob, PacksAllThatAnImageBootsFrom) {
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

TEST_F(ExportJob, IntoAFolderNamesTheFile) {
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

TEST_F(ExportJob, SaysWhyAnImageCannotBeUsed) {
    host.answers["GET /v1/images/web"] =
        R"({"name":"web","ok":false,"problem":"image web: no rootfs: /b/r is missing"})";
    const auto job = run([](banger::Job& own) {
        export_job(own, "/lib/banger-image", {{"name", "web"}, {"file", "/x"}});
    });
    EXPECT_EQ(job.outcome.status, BANGER_E_UNAVAILABLE);
    EXPECT_THAT(job.outcome.message, HasSubstr("/b/r is missing"));
    EXPECT_THAT(ran, IsEmpty());
}

TEST_F(ExportJob, TellsWhatIsKnownOfTheImage) {
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

} // namespace
} // namespace imagebuild::test
