#include "archive_manifest.hpp"

#include "archive_names.hpp"
#include "failure.hpp"
#include "raw_archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace image_tool::archive {
namespace {

using testing::HasSubstr;

std::string why_not(const std::string& text) {
    try {
        (void)parse_manifest(text);
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.kind(), FailureKind::invalid);
        return failure.what();
    }
    return "taken";
}
std::string with(const std::string& patch) {
    return test::manifest_of({{"rootfs.ext4", "12345"}}, patch);
}
std::string with_file(const std::string& file) {
    nlohmann::json document = nlohmann::json::parse(with(""));
    document["files"].push_back(nlohmann::json::parse(file));
    return document.dump();
}
const std::string digest(64, 'a');

TEST(ArchiveManifest, SaysWhatItWasMadeOf) {
    Manifest made = parse_manifest(with(
        R"({"name":"web.1","arch":"x86_64","base":"debian","kernel_version":"6.1","recipe":"sha256:1",
            "note":"grüße","content_bytes":7,"later":{"is":["ignored"]}})"));
    EXPECT_EQ(made.find("rootfs.ext4")->size, 5U);
    EXPECT_EQ(made.find("rootfs.ext4")->disk_bytes, 4096U) << "no hole, if nothing is said";
    EXPECT_EQ(made.find("vmlinuz"), nullptr);
    made.files.push_back(
        {.name = "modules", .size = 10, .disk_bytes = 8192, .count = 3, .sha256 = digest});
    const Manifest again = parse_manifest(to_json(made).dump());
    EXPECT_EQ(to_json(again), to_json(made));
    EXPECT_EQ(again.size(), 15U);
    EXPECT_EQ(again.disk_bytes(), 4096U + 8192U);
    EXPECT_EQ(about(again)["note"], "grüße");
}

TEST(ArchiveManifest, RefusesWhatIsNoDescription) {
    for (const char* text : {"", "{", "[]", "null", "7", "{}", R"({"format":"banger-image"})",
                             "{\"format\": \"\xff\"}"}) {
        EXPECT_NE(why_not(text), "taken") << text;
    }
    EXPECT_THAT(why_not(with(R"({"format":"other"})")), HasSubstr("format"));
    EXPECT_THAT(why_not(with(R"({"version":2})")), HasSubstr("version 1 only"));
    EXPECT_THAT(why_not(with(R"({"version":1.0})")), HasSubstr("version"));
    EXPECT_THAT(why_not(with(R"({"files":[]})")), HasSubstr("rootfs.ext4 is missing"));
    EXPECT_THAT(why_not(with(R"({"files":{}})")), HasSubstr("list of files"));
    EXPECT_THAT(why_not(with(R"({"name":"Web"})")), HasSubstr("no name of an image"));
    EXPECT_THAT(why_not(with(R"({"name":"../x"})")), HasSubstr("no name of an image"));
    EXPECT_THAT(why_not(with(R"({"note":7})")), HasSubstr("must be a text"));
    EXPECT_THAT(why_not(with(R"({"note":"a\u001b[2J"})")), HasSubstr("control character"));
    EXPECT_THAT(why_not(with(R"({"base":")" + std::string(300, 'x') + R"("})")),
                HasSubstr("longer than 256"));
    EXPECT_THAT(why_not(with(R"({"content_bytes":-1})")), HasSubstr("whole number"));
}

TEST(ArchiveManifest, RefusesWhatIsDeepOrLarge) {
    const std::string deep(100000, '[');
    EXPECT_THAT(why_not(deep), HasSubstr("too deep"));
    EXPECT_THAT(why_not(R"({"note":"\"[[[[[[[[[[", "x":)" + deep), HasSubstr("too deep"));
    EXPECT_EQ(why_not(with(R"({"note":"[[[[[[[[[[[[\""})")), "taken") << "a text has no depth";
    EXPECT_THAT(why_not(std::string(manifest_limit + 1, ' ')), HasSubstr("larger than 1 MiB"));
}

TEST(ArchiveManifest, RefusesFilesThatAnImageHasNot) {
    const auto file = [](const std::string& name, const std::string& rest) {
        return with_file(R"({"name":")" + name + R"(","sha256":")" + digest + "\"" + rest + "}");
    };
    EXPECT_EQ(why_not(file("vmlinuz", R"(,"size":1)")), "taken");
    EXPECT_THAT(why_not(file("rootfs.ext4", R"(,"size":1)")), HasSubstr("twice"));
    for (const char* name : {"", "evil", "../vmlinuz", "manifest.json", "modules/a", "/vmlinuz"}) {
        EXPECT_THAT(why_not(file(name, R"(,"size":1)")), HasSubstr("an image has no")) << name;
    }
    EXPECT_THAT(why_not(file("vmlinuz", "")), HasSubstr("are needed"));
    EXPECT_THAT(why_not(file("vmlinuz", R"(,"size":-1)")), HasSubstr("whole number"));
    EXPECT_THAT(why_not(file("vmlinuz", R"(,"size":1.5)")), HasSubstr("whole number"));
    EXPECT_THAT(why_not(file("vmlinuz", R"(,"size":"1")")), HasSubstr("whole number"));
    EXPECT_THAT(why_not(file("vmlinuz", R"(,"size":18446744073709551615)")),
                HasSubstr("whole number"));
    EXPECT_THAT(why_not(file("vmlinuz", R"(,"size":1,"disk_bytes":4097)")),
                HasSubstr("disk_bytes"));
    EXPECT_THAT(why_not(file("modules", R"(,"size":1)")), HasSubstr("count"));
    EXPECT_THAT(why_not(file("modules", R"(,"size":1,"count":0)")), HasSubstr("count"));
    EXPECT_THAT(why_not(file("modules", R"(,"size":1,"count":99999)")), HasSubstr("count"));
    EXPECT_THAT(why_not(with_file(R"({"name":"vmlinuz","size":1,"sha256":"AB"})")),
                HasSubstr("64 digits"));
    EXPECT_THAT(why_not(with_file("7")), HasSubstr("must be an object"));
}

TEST(ArchiveManifest, LimitsEachKindOfFile) {
    const auto of_size = [](const std::string& name, std::uint64_t size) {
        nlohmann::json file = {{"name", name}, {"size", size}, {"sha256", digest}};
        if (name == "modules") {
            file["count"] = 1;
        }
        return why_not(with_file(file.dump()));
    };
    const std::uint64_t mib = 1U << 20U;
    const std::uint64_t gib = 1U << 30U;
    const auto refused = [&](const std::string& name, std::uint64_t most, const std::string& said) {
        EXPECT_EQ(of_size(name, most), "taken") << name;
        EXPECT_THAT(of_size(name, most + 1),
                    testing::AllOf(HasSubstr(name + ": "), HasSubstr(said)));
    };
    for (const char* name : {"vmlinuz", "vmlinux", "initramfs.img"}) {
        refused(name, gib, "at most 1.0 GiB");
    }
    refused("packages.txt", 16 * mib, "at most 16.0 MiB");
    refused("modules", 16 * gib, "at most 16.0 GiB");
    EXPECT_EQ(of_size("work-seed.ext4", 17 * gib), "taken");
}

TEST(ArchiveNames, KnowPathsOfModules) {
    for (const char* path : {"modules/a", "modules/6.1.0-57-cloud-amd64/kernel/a_b-c.ko.zst",
                             "modules/6.12.1+x~1/a@b=c,d:e"}) {
        EXPECT_TRUE(is_module_path(path)) << path;
    }
    for (const char* path : {"modules", "modules/", "modulesx/a", "modules//a", "modules/a/",
                             "modules/..", "modules/a/../b", "modules/.a", "modules/-a",
                             "modules/a b", "modules/a\n", "modules/a\\b", "/modules/a", "a"}) {
        EXPECT_FALSE(is_module_path(path)) << path;
    }
    std::string deep = "modules";
    for (int i = 0; i < 16; ++i) {
        deep += "/d";
    }
    EXPECT_FALSE(is_module_path(deep));
    EXPECT_FALSE(is_module_path("modules/" + std::string(300, 'x')));
}

TEST(ArchiveNames, AreShownOnOneLine) {
    EXPECT_EQ(shown("a\n\x1b[2J\xff"), "a\\x0a\\x1b[2J\\xff");
    EXPECT_EQ(shown(std::string(500, 'a')), std::string(120, 'a') + "...");
    EXPECT_EQ(shown_bytes(1000), "1000 bytes");
    EXPECT_EQ(shown_bytes(3ULL << 29U), "1.5 GiB");
}

} // namespace
} // namespace image_tool::archive
