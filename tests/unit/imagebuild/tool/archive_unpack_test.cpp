#include "archive_unpack.hpp"

#include "archive_limits.hpp"
#include "failure.hpp"
#include "os/temporary_dir.hpp"
#include "raw_archive.hpp"
#include "report.hpp"
#include "unique_fd.hpp"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

namespace image_tool::archive {
namespace {

namespace fs = std::filesystem;
using test::compressed;
using test::Filter;
using test::manifest_of;
using test::pax;
using test::sparse_member;
using test::tar_end;
using test::tar_member;
using testing::HasSubstr;

const std::string root = std::string(5000, 'r') + std::string(20000, '\0') + "end";

std::string first(const std::string& manifest) {
    return tar_member("manifest.json", manifest);
}
/// An archive whose only declared file is the root file system.
std::string with_root(const std::string& members, const std::string& extra = "") {
    return first(manifest_of({{"rootfs.ext4", root}}, extra)) + members + tar_end();
}

class ArchiveUnpack : public testing::Test {
  protected:
    ArchiveUnpack() { fs::create_directories(options.folder); }

    nlohmann::json unpack_bytes(const std::string& bytes) {
        test::write_file(options.file, bytes);
        return unpack(options, report);
    }
    /// Why it is refused; nothing is left in the folder then.
    std::string refusal(const std::string& bytes, FailureKind kind = FailureKind::invalid) {
        std::string why = "unpacked";
        try {
            unpack_bytes(bytes);
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.kind(), kind) << failure.what();
            why = failure.what();
            EXPECT_TRUE(fs::is_empty(options.folder)) << why;
        }
        EXPECT_FALSE(fs::exists(dir.path() / "evil")) << why;
        return why;
    }
    std::string shell(const std::string& command) {
        const std::string whole = "cd '" + dir.path().string() + "' && " + command;
        EXPECT_EQ(std::system(whole.c_str()), 0) << whole; // NOLINT: a test's own words
        return test::read_file(dir.path() / "hand.tar");
    }

    UniqueFd null{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    Report report{null.get()};
    banger::os::TemporaryDir dir;
    UnpackOptions options{.file = dir.path() / "a.tar", .folder = dir.path() / "out"};
};

TEST_F(ArchiveUnpack, TakesEachCompressionAndNone) {
    const std::string plain = with_root(tar_member("rootfs.ext4", root));
    for (const std::string& bytes :
         {plain, compressed(plain, Filter::zstd), compressed(plain, Filter::gzip),
          compressed(plain, Filter::xz)}) {
        const nlohmann::json result = unpack_bytes(bytes);
        EXPECT_EQ(test::read_file(options.folder / "rootfs.ext4"), root);
        EXPECT_EQ(result["files"], nlohmann::json({"rootfs.ext4"}));
        EXPECT_EQ(result["size_bytes"], root.size());
        EXPECT_EQ(result["disk_bytes"], 3 * 4096U) << "the zeros take none";
        fs::remove(options.folder / "rootfs.ext4");
    }
}

TEST_F(ArchiveUnpack, TakesWhatTarWritesByHand) {
    test::write_file(dir.path() / "hand/rootfs.ext4", root);
    test::write_file(dir.path() / "hand/vmlinuz", "kernel");
    test::write_file(dir.path() / "hand/modules/6.1/a.ko", "a");
    test::write_file(dir.path() / "hand/modules/6.1/kernel/b-c.ko.xz", "bc");
    (void)shell("(cd hand && find modules -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum |"
                " sha256sum | cut -d' ' -f1 | tr -d '\\n') > sum");
    const std::string sum = test::read_file(dir.path() / "sum");
    nlohmann::json document = nlohmann::json::parse(manifest_of(
        {{"rootfs.ext4", root}, {"vmlinuz", "kernel"}}, R"({"name":"mine","note":"by hand"})"));
    document["files"].push_back({{"name", "modules"}, {"size", 3}, {"count", 2}, {"sha256", sum}});
    test::write_file(dir.path() / "hand/manifest.json", document.dump());

    for (const char* words : {"", "--format=gnu", "--format=posix", "-S", "--gzip", "--zstd"}) {
        const std::string bytes =
            shell(std::string("tar -C hand ") + words +
                  " -cf hand.tar ./manifest.json rootfs.ext4 modules vmlinuz");
        const nlohmann::json result = unpack_bytes(bytes);
        EXPECT_EQ(result["image"]["name"], "mine") << words;
        EXPECT_EQ(test::read_file(options.folder / "rootfs.ext4"), root) << words;
        EXPECT_EQ(test::read_file(options.folder / "modules/6.1/kernel/b-c.ko.xz"), "bc") << words;
        fs::remove_all(options.folder);
        fs::create_directories(options.folder);
    }
}

TEST_F(ArchiveUnpack, KeepsHolesAndTakesNoRoomForZeros) {
    std::string large(8U << 20U, '\0');
    large.replace(1U << 20U, 3, "abc");
    const std::string bytes =
        first(manifest_of({{"rootfs.ext4", large}})) +
        sparse_member("rootfs.ext4", large.size(), {{1U << 20U, 512}, {large.size(), 0}},
                      large.substr(1U << 20U, 512)) +
        tar_end();
    EXPECT_EQ(unpack_bytes(bytes)["disk_bytes"], 4096U);
    EXPECT_EQ(test::read_file(options.folder / "rootfs.ext4"), large);
    struct stat info {};
    ASSERT_EQ(::stat((options.folder / "rootfs.ext4").c_str(), &info), 0);
    EXPECT_LE(info.st_blocks * 512, 64 << 10);
}

TEST_F(ArchiveUnpack, RefusesPathsThatAreNotOfAnImage) {
    for (const char* path : {"/evil", "../evil", "./../evil", "a/../../evil", "evil", "sub/vmlinuz",
                             "modules", "modules/", "modules/../../evil", "modules//x",
                             "modules/./x", "modules/.hidden", "modules/a b", "./manifest.json",
                             "././rootfs.ext4", "rootfs.ext4/", "C:\\evil", "vmlinuz\n"}) {
        const std::string why =
            refusal(with_root(tar_member("rootfs.ext4", root) + tar_member(path, "x")));
        EXPECT_THAT(why, testing::AnyOf(HasSubstr("not declared"), HasSubstr("no folder"),
                                        HasSubstr("not what manifest.json declares"),
                                        HasSubstr("impossible size")))
            << path;
    }
    EXPECT_THAT(refusal(with_root(tar_member("../evil/", "", '5'))), HasSubstr("no folder"));
    EXPECT_THAT(refusal(with_root(pax({{"path", "../evil"}}) + tar_member("rootfs.ext4", root))),
                HasSubstr("'../evil' is not declared"));
    const std::string other =
        refusal(with_root(pax({{"path", "\xff\x1b[2J"}}) + tar_member("rootfs.ext4", root)));
    EXPECT_EQ(other.find('\x1b'), std::string::npos) << "it would reach a terminal";
}

TEST_F(ArchiveUnpack, RefusesAllThatIsNoFile) {
    for (const char type : {'1', '2', '3', '4', '6'}) {
        EXPECT_THAT(refusal(with_root(tar_member("rootfs.ext4", "", type, "/etc/passwd"))),
                    HasSubstr("neither a file nor a folder"))
            << type;
    }
    EXPECT_THAT(refusal(with_root(pax({{"linkpath", "/etc/passwd"}}) +
                                  tar_member("rootfs.ext4", "", '2', "x"))),
                HasSubstr("neither a file nor a folder"));
    EXPECT_THAT(refusal(with_root(tar_member("rootfs.ext4", "", '5'))), HasSubstr("no folder"));
}

TEST_F(ArchiveUnpack, RefusesMoreFoldersThanAnImageHas) {
    std::string members = tar_member("rootfs.ext4", root) + tar_member("./", "", '5') +
                          tar_member("modules/", "", '5');
    for (std::size_t i = 1; i < most_module_folders; ++i) {
        members += tar_member("modules/" + std::to_string(i) + "/", "", '5');
    }
    EXPECT_EQ(unpack_bytes(with_root(members))["files"], nlohmann::json({"rootfs.ext4"}));
    fs::remove(options.folder / "rootfs.ext4");
    EXPECT_THAT(refusal(with_root(members + tar_member("modules/x/", "", '5'))),
                HasSubstr("more than 8192 folders"));
}

TEST_F(ArchiveUnpack, RefusesWhatIsTwiceOrMissing) {
    const std::string member = tar_member("rootfs.ext4", root);
    EXPECT_THAT(refusal(with_root(member + member)), HasSubstr("is there twice"));
    EXPECT_THAT(refusal(with_root("")), HasSubstr("declared in manifest.json, and missing"));
    EXPECT_THAT(refusal(member + tar_end()), HasSubstr("first member is not manifest.json"));
    EXPECT_THAT(refusal(tar_end()), HasSubstr("first member is not manifest.json"));
    EXPECT_THAT(refusal(with_root(member + tar_member("manifest.json", "{}"))),
                HasSubstr("not declared"));
}

TEST_F(ArchiveUnpack, RefusesOtherSizesAndChecksums) {
    EXPECT_THAT(refusal(with_root(tar_member("rootfs.ext4", root + "x"))),
                HasSubstr("not what manifest.json declares"));
    EXPECT_THAT(refusal(with_root(tar_member("rootfs.ext4", root.substr(1)))),
                HasSubstr("not what manifest.json declares"));
    EXPECT_THAT(refusal(with_root(pax({{"size", "9223372036854775807"}}) +
                                  tar_member("rootfs.ext4", root))),
                HasSubstr("cannot be read"));
    std::string other = root;
    other[2] = 'x';
    EXPECT_THAT(refusal(with_root(tar_member("rootfs.ext4", other))), HasSubstr("checksum"));
}

TEST_F(ArchiveUnpack, RefusesMoreContentThanDeclared) {
    const std::string full(64 << 10, 'x');
    const std::string json = manifest_of({{"rootfs.ext4", full}});
    nlohmann::json document = nlohmann::json::parse(json);
    document["files"][0]["disk_bytes"] = 8192;
    EXPECT_THAT(refusal(first(document.dump()) + tar_member("rootfs.ext4", full) + tar_end()),
                HasSubstr("more content than declared"));
    options.max_bytes = 1 << 15;
    EXPECT_THAT(refusal(first(json) + tar_member("rootfs.ext4", full) + tar_end()),
                HasSubstr("64.0 KiB, allowed are 32.0 KiB"));
}

TEST_F(ArchiveUnpack, LooksAtTheFreeSpaceBeforeItWrites) {
    nlohmann::json document = nlohmann::json::parse(manifest_of({{"rootfs.ext4", root}}));
    document["files"][0]["size"] = std::uint64_t{1} << 42U;
    document["files"].push_back(document["files"][0]);
    document["files"].back()["name"] = "work-seed.ext4";
    EXPECT_THAT(refusal(first(document.dump()) + tar_end(), FailureKind::unavailable),
                HasSubstr("the image takes 8.0 TiB"));
}

TEST_F(ArchiveUnpack, TellsAboutAnArchiveByItsFirstMember) {
    test::write_file(options.file,
                     first(manifest_of({{"rootfs.ext4", root}}, R"({"name": "web"})")));
    EXPECT_EQ(about_archive(options.file)["image"]["name"], "web") << "the rest is not there yet";
    test::write_file(options.file, tar_member("rootfs.ext4", root) + tar_end());
    EXPECT_THROW(about_archive(options.file), Failure);
}

TEST_F(ArchiveUnpack, NamesTheFolderWhoseDiskIsFull) {
    test::write_file(options.file, with_root(tar_member("rootfs.ext4", root)));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::string why;
    try {
        (void)unpack(options, report);
    } catch (const Failure& failure) {
        why = failure.what();
    }
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)std::signal(SIGXFSZ, handler);
    EXPECT_THAT(why, testing::AllOf(HasSubstr("write " + options.folder.string()),
                                    HasSubstr("rootfs.ext4: File too large")));
    EXPECT_TRUE(fs::is_empty(options.folder));
}

TEST_F(ArchiveUnpack, RefusesSparseMapsThatLeadOutside) {
    using Map = std::vector<std::pair<unsigned long long, unsigned long long>>;
    const std::string data(512, 'd');
    for (const Map& map :
         {Map{{root.size(), 512}}, Map{{1ULL << 40U, 512}}, Map{{4096, 512}, {0, 512}},
          Map{{0, 512}, {256, 512}}, Map{{0x7ffffffffffffe00, 512}}}) {
        const std::string why =
            refusal(with_root(sparse_member("rootfs.ext4", root.size(), map, data + data)));
        EXPECT_THAT(why, testing::AnyOf(HasSubstr("outside of its"), HasSubstr("cannot be read"),
                                        HasSubstr("checksum")));
    }
    EXPECT_THAT(refusal(with_root(sparse_member("../evil", root.size(), {{0, 512}}, data))),
                HasSubstr("not declared"));
    EXPECT_THAT(refusal(with_root(sparse_member("rootfs.ext4", 1ULL << 50U, {{0, 512}}, data))),
                HasSubstr("not what manifest.json declares"));
}

TEST_F(ArchiveUnpack, RefusesWhatIsCutShortAnywhere) {
    const std::string plain = with_root(tar_member("rootfs.ext4", root));
    for (const std::string& whole :
         {plain, compressed(plain, Filter::zstd), compressed(plain, Filter::gzip)}) {
        const std::size_t step = std::max<std::size_t>(1, whole.size() / 97);
        for (std::size_t size = 0; size < whole.size(); size += step) {
            EXPECT_NE(refusal(whole.substr(0, size)), "unpacked") << size;
        }
        EXPECT_NE(refusal(whole.substr(0, whole.size() - 1)), "unpacked");
    }
}

TEST_F(ArchiveUnpack, RefusesWhatFollowsTheEnd) {
    const std::string plain = with_root(tar_member("rootfs.ext4", root));
    EXPECT_THAT(refusal(plain + "x"), HasSubstr("follows the end"));
    EXPECT_THAT(refusal(plain + tar_member("vmlinuz", "x") + tar_end()),
                HasSubstr("follows the end"));
    EXPECT_THAT(refusal(compressed(plain + "x", Filter::zstd)), HasSubstr("follows the end"));
    EXPECT_THAT(refusal(plain + std::string(3U << 20U, '\0')), HasSubstr("follows the end"));
    for (const Filter filter : {Filter::zstd, Filter::gzip, Filter::xz}) {
        EXPECT_NE(refusal(compressed(plain, filter) + "garbage"), "unpacked");
    }
    const std::string more_zeros = plain + std::string(9216, '\0');
    EXPECT_EQ(unpack_bytes(more_zeros)["size_bytes"], root.size()) << "tar fills its last record";
}

TEST_F(ArchiveUnpack, RefusesOtherKindsOfFiles) {
    EXPECT_NE(refusal(""), "unpacked");
    EXPECT_NE(refusal("no archive at all"), "unpacked");
    EXPECT_NE(refusal(root), "unpacked");
    const std::string plain = with_root(tar_member("rootfs.ext4", root));
    EXPECT_THAT(refusal(compressed(compressed(plain, Filter::gzip), Filter::zstd)),
                HasSubstr("more than once"));
    fs::create_directory(dir.path() / "folder");
    options.file = dir.path() / "folder";
    EXPECT_THROW(unpack(options, report), Failure);
    options.file = dir.path() / "pipe";
    ASSERT_EQ(::mkfifo(options.file.c_str(), 0600), 0);
    EXPECT_THROW(unpack(options, report), Failure) << "without waiting for a writer";
    options.file = dir.path() / "missing";
    EXPECT_THROW(unpack(options, report), Failure);
}

TEST_F(ArchiveUnpack, RefusesModulesThatAreNotThoseDeclared) {
    const auto archive_with = [](const std::string& members, int count, int size) {
        nlohmann::json document = nlohmann::json::parse(manifest_of({{"rootfs.ext4", root}}));
        const std::string list = test::sha256("a") + "  modules/a\n";
        document["files"].push_back({{"name", "modules"},
                                     {"size", size},
                                     {"count", count},
                                     {"sha256", test::sha256(list)}});
        return first(document.dump()) + tar_member("rootfs.ext4", root) + members + tar_end();
    };
    const std::string a = tar_member("modules/a", "a");
    EXPECT_THAT(refusal(archive_with("", 1, 1)), HasSubstr("modules: its files are not"));
    EXPECT_THAT(refusal(archive_with(tar_member("modules/a", "b"), 1, 1)), HasSubstr("not those"));
    EXPECT_THAT(refusal(archive_with(a + tar_member("modules/b", ""), 1, 1)),
                HasSubstr("more files"));
    EXPECT_THAT(refusal(archive_with(tar_member("modules/a", "aa"), 1, 1)), HasSubstr("bytes"));
    EXPECT_THAT(refusal(archive_with(a + a, 2, 2)), HasSubstr("twice"));
    EXPECT_THAT(refusal(archive_with(a + tar_member("modules/a/b", "a"), 2, 2)),
                testing::AnyOf(HasSubstr("twice"), HasSubstr("File exists")));
    EXPECT_THAT(refusal(archive_with(tar_member("modules/a/b", "a") + a, 2, 2)),
                HasSubstr("twice"));
    EXPECT_EQ(unpack_bytes(archive_with(tar_member("modules/", "", '5') + a, 1, 1))["files"].size(),
              2U);
}

TEST_F(ArchiveUnpack, OverwritesNothing) {
    test::write_file(options.folder / "rootfs.ext4", "mine");
    test::write_file(options.file, with_root(tar_member("rootfs.ext4", root)));
    EXPECT_THROW(unpack(options, report), Failure);
    EXPECT_EQ(test::read_file(options.folder / "rootfs.ext4"), "mine");
    EXPECT_FALSE(fs::exists(options.folder / ".unpacking.part"));
}

TEST_F(ArchiveUnpack, RefusesImagesOfOtherMachines) {
    EXPECT_THAT(refusal(with_root(tar_member("rootfs.ext4", root), R"({"arch":"riscv128"})")),
                HasSubstr("the image is for riscv128"));
}

} // namespace
} // namespace image_tool::archive
