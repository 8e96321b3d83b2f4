#include "golden.hpp"

#include "digest.hpp"
#include "nearest_word.hpp"
#include "recipe_reader.hpp"
#include "recipe_words.hpp"
#include "size_text.hpp"

#include <banger/plugin.hpp>

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace imagebuild {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const std::string& yaml, const std::string& file = "r.yaml") {
    try {
        (void)read_recipe(yaml, file, "/r");
    } catch (const banger::Error& error) {
        EXPECT_EQ(error.code(), BANGER_E_INVALID);
        return error.what();
    }
    return "";
}

TEST(Recipe, IsReadWhole) {
    const Recipe recipe = read_recipe_file(test::golden("whole.yaml"));
    EXPECT_EQ(recipe.from, "debian");
    EXPECT_EQ(recipe.size_mib, 16384);
    EXPECT_EQ(recipe.memory_mib, 2048);
    EXPECT_EQ(recipe.vcpus, 2);
    EXPECT_THAT(recipe.packages, ElementsAre("git", "jq=1.6-2.1"));
    EXPECT_EQ(recipe.env[1].second, "it's here");
    EXPECT_EQ(recipe.users[0].name, "ada");
    EXPECT_EQ(recipe.users[1].uid, 1500U);
    EXPECT_EQ(recipe.files[0].content, "Don't panic.\n");
    EXPECT_EQ(recipe.files[0].mode, 0600U);
    EXPECT_EQ(recipe.files[1].path, test::golden("files/tool").string());
    EXPECT_EQ(recipe.files[1].at, "whole.yaml:24");
    EXPECT_EQ(recipe.downloads[0].name, "thing-1.2.tgz");
    EXPECT_EQ(recipe.downloads[0].digest.algorithm, "sha512");
    EXPECT_THAT(recipe.downloads[0].digest.hex, StartsWith("cf83e1357eefb8bd"));
    EXPECT_TRUE(recipe.downloads[1].optional);
    EXPECT_EQ(recipe.commands[1].script, "cd /srv\ntouch two\n");
    EXPECT_TRUE(recipe.services[1].start);
    EXPECT_EQ(recipe.work_mib, 4096);
    EXPECT_EQ(recipe.work_seed, true);
}

/// Each file of `refused` has what is said of it beside it.
TEST(Recipe, ErrorsSayWhereAndWhat) {
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(test::golden("refused"))) {
        if (entry.path().extension() == ".yaml") {
            files.insert(entry.path());
        }
    }
    EXPECT_GE(files.size(), 10U);
    for (const auto& file : files) {
        std::string said = refusal(test::content_of(file), file.filename().string());
        EXPECT_NE(said, "") << file;
        for (std::size_t at = said.find("; " + file.filename().string()); at != std::string::npos;
             at = said.find("; " + file.filename().string(), at)) {
            said.replace(at, 2, "\n");
        }
        test::expect_golden("refused/" + file.stem().string() + ".txt", said + "\n");
    }
}

TEST(Recipe, AnEmptyListOrWordIsNoError) {
    const Recipe recipe = read_recipe("packages:\ncommands: []\nenv: {A: ''}\n", "r.yaml", "/r");
    EXPECT_TRUE(recipe.packages.empty());
    EXPECT_THAT(recipe.env, ElementsAre(std::pair(std::string("A"), std::string())));
}

TEST(Recipe, ManyErrorsAreCounted) {
    std::string yaml = "packages:\n";
    for (int i = 0; i < 20; ++i) {
        yaml += "  - '-'\n";
    }
    EXPECT_THAT(refusal(yaml), HasSubstr("; and 12 more"));
    yaml = "packages:\n";
    for (std::size_t i = 0; i < 1001; ++i) {
        yaml += "  - a\n";
    }
    EXPECT_THAT(refusal(yaml), HasSubstr("more than 1000 entries"));
}

TEST(Recipe, AFileThatIsNotThereOrTooLargeIsRefused) {
    try {
        (void)read_recipe_file("/nonexistent/r.yaml");
        FAIL() << "read";
    } catch (const banger::Error& error) {
        EXPECT_EQ(error.code(), BANGER_E_NOT_FOUND);
        EXPECT_THAT(error.what(), HasSubstr("/nonexistent/r.yaml"));
    }
}

TEST(Recipe, TheOneAboveCountsAndItsListsComeAfter) {
    const Recipe below =
        read_recipe("size: 8G\nmemory: 1G\npackages: [a, b]\nenv: {A: 1, B: 2}\ncommands: [one]\n",
                    "b.yaml", "/r");
    const Recipe above = read_recipe(
        "size: 9G\npackages: [b, c]\nenv: {B: 3, C: 4}\ncommands: [two]\n", "a.yaml", "/r");
    const Recipe both = merged(below, above);
    EXPECT_EQ(both.size_mib, 9216);
    EXPECT_EQ(both.memory_mib, 1024);
    EXPECT_THAT(both.packages, ElementsAre("a", "b", "c"));
    EXPECT_THAT(both.env, ElementsAre(std::pair(std::string("A"), std::string("1")),
                                      std::pair(std::string("B"), std::string("3")),
                                      std::pair(std::string("C"), std::string("4"))));
    EXPECT_EQ(both.commands[0].at, "b.yaml:5");
    EXPECT_EQ(both.commands[1].script, "two");
}

TEST(RecipeWords, PathsOfTheGuestAreAbsoluteAndPlain) {
    for (const char* good : {"/a", "/etc/x.d/y-1", "/a b"}) {
        EXPECT_TRUE(is_guest_path.fits(good)) << good;
    }
    for (const char* bad : {"", "/", "a", "/a/", "/a//b", "/a/../b", "/./a", "/.."}) {
        EXPECT_FALSE(is_guest_path.fits(bad)) << bad;
    }
}

TEST(RecipeWords, NothingIsTakenForAnOption) {
    EXPECT_FALSE(is_package.fits("-y"));
    EXPECT_FALSE(is_package.fits("a;b"));
    EXPECT_FALSE(is_unit.fits("--now"));
    EXPECT_FALSE(is_account.fits("-x"));
    EXPECT_FALSE(is_url.fits("https://x/ -o /etc/passwd"));
    EXPECT_FALSE(is_url.fits("file:///etc/passwd"));
    EXPECT_FALSE(is_image.fits("a/b"));
    EXPECT_TRUE(is_package.fits("libstdc++6:amd64=12.2.0-14"));
    EXPECT_TRUE(is_unit.fits("getty@tty1.service"));
}

TEST(RecipeWords, ModesAreOctal) {
    EXPECT_EQ(find_mode("755"), 0755U);
    EXPECT_EQ(find_mode("0644"), 0644U);
    EXPECT_EQ(find_mode("4755"), 04755U);
    EXPECT_EQ(find_mode("12"), std::nullopt);
    EXPECT_EQ(find_mode("0788"), std::nullopt);
    EXPECT_EQ(find_mode("77777"), std::nullopt);
}

TEST(SizeText, IsMiBWithoutAUnit) {
    EXPECT_EQ(find_mib("512"), 512);
    EXPECT_EQ(find_mib("512M"), 512);
    EXPECT_EQ(find_mib("1.5G"), 1536);
    EXPECT_EQ(find_mib("2t"), 2 << 20U);
    for (const char* bad : {"", "G", "0", "-1", "8GB", "1e3", "17T", "0x10", "1.2.3"}) {
        EXPECT_EQ(find_mib(bad), std::nullopt) << bad;
    }
}

TEST(Digests, AreReadAndComputed) {
    const std::string of_nothing =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    EXPECT_EQ(digest_of("", "sha256").hex, of_nothing);
    EXPECT_EQ(find_sha256(of_nothing)->hex, of_nothing);
    EXPECT_EQ(find_integrity("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")->hex,
              of_nothing);
    EXPECT_EQ(find_integrity("sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHf"
                             "uwvY7kxvUdBeoGlODJ6+SfaPg==")
                  ->hex,
              digest_of("", "sha512").hex);
    for (const char* bad : {"", "sha512-", "sha1-AAAA", "sha256-47DE", "sha256-????", "md5-",
                            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF=="}) {
        EXPECT_EQ(find_integrity(bad), std::nullopt) << bad;
    }
    EXPECT_THROW((void)digest_of_file("/nonexistent", "sha256"), banger::Error);
    EXPECT_THROW((void)digest_of_file("/", "sha256"), banger::Error);
}

TEST(NearestWord, IsOneThatIsNearEnough) {
    EXPECT_EQ(did_you_mean("pakages", {"packages", "files"}), "; did you mean 'packages'?");
    EXPECT_EQ(did_you_mean("zzz", {"packages", "files"}), "");
    EXPECT_EQ(did_you_mean("", {"a"}), "");
}

} // namespace
} // namespace imagebuild
