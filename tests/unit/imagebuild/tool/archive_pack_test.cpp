#include "archive_pack.hpp"

#include "archive_limits.hpp"
#include "archive_source.hpp"
#include "archive_unpack.hpp"
#include "archive_verbs.hpp"
#include "failure.hpp"
#include "os/temporary_dir.hpp"
#include "raw_archive.hpp"
#include "report.hpp"
#include "unique_fd.hpp"

#include <chrono>
#include <csignal>
#include <iterator>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace image_tool::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::ptrdiff_t entries_in(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

class ArchivePack : public testing::Test {
  protected:
    ArchivePack() {
        fs::create_directories(out);
        test::write_file(from / "root", std::string(10000, 'r'));
        test::write_file(from / "modules/6.1/kernel/a.ko", "module a");
        test::write_file(from / "modules/6.1/modules.dep", "");
        fs::create_symlink("/usr/src/linux", from / "modules/6.1/build");
        options.about.name = "web";
        options.files = {{"rootfs.ext4", from / "root"}, {"modules", from / "modules"}};
    }
    nlohmann::json unpack_it() { return unpack({.file = options.out, .folder = out}, report); }
    std::string refusal(FailureKind kind) {
        try {
            pack(options, report);
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.kind(), kind) << failure.what();
            return failure.what();
        }
        return "packed";
    }

    UniqueFd null{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    Report report{null.get()};
    banger::os::TemporaryDir dir;
    fs::path from = dir.path() / "from", to = dir.path() / "to", out = dir.path() / "out";
    PackOptions options{.about = {}, .files = {}, .out = dir.path() / "a.tar.zst"};
};

TEST_F(ArchivePack, GivesBackWhatItTook) {
    const nlohmann::json packed = pack(options, report);
    EXPECT_EQ(packed["size_bytes"], fs::file_size(options.out));
    EXPECT_EQ(packed["sha256"], test::sha256(test::read_file(options.out)));
    const nlohmann::json result = unpack_it();
    EXPECT_EQ(result["image"]["name"], "web");
    EXPECT_EQ(test::read_file(out / "rootfs.ext4"), std::string(10000, 'r'));
    EXPECT_EQ(test::read_file(out / "modules/6.1/kernel/a.ko"), "module a");
    EXPECT_EQ(fs::file_size(out / "modules/6.1/modules.dep"), 0U);
    EXPECT_FALSE(fs::exists(fs::symlink_status(out / "modules/6.1/build"))) << "links stay behind";
    EXPECT_EQ(entries_in(out), 2);
}

TEST_F(ArchivePack, KeepsHolesWhereverTheyAre) {
    constexpr std::uint64_t large = 16U << 20U;
    const UniqueFd fd(::open((from / "root").c_str(), O_RDWR | O_TRUNC | O_CLOEXEC));
    ASSERT_EQ(::ftruncate(fd.get(), large), 0);
    ASSERT_EQ(::pwrite(fd.get(), "begin", 5, 1), 5);
    ASSERT_EQ(::pwrite(fd.get(), "middle", 6, (5 << 20) + 4093), 6);
    const std::string zeros(1U << 20U, '\0'); // written ones are as good as a hole
    ASSERT_EQ(::pwrite(fd.get(), zeros.data(), zeros.size(), 10 << 20), 1 << 20);
    test::write_file(from / "hole", "");
    fs::resize_file(from / "hole", 3U << 20U);
    options.files.emplace_back("work-seed.ext4", from / "hole");
    pack(options, report);
    EXPECT_LT(fs::file_size(options.out), 8192U);

    EXPECT_EQ(unpack_it()["disk_bytes"], (1 + 2 + 1) * 4096U) << "blocks with content";
    EXPECT_EQ(test::read_file(out / "rootfs.ext4"), test::read_file(from / "root"));
    EXPECT_EQ(test::read_file(out / "work-seed.ext4"), test::read_file(from / "hole"));
    struct stat info {};
    ASSERT_EQ(::stat((out / "rootfs.ext4").c_str(), &info), 0);
    EXPECT_LE(info.st_blocks * 512, 64 << 10);
}

TEST_F(ArchivePack, IsTheSameBytesEachTime) {
    pack(options, report);
    const std::string before = test::read_file(options.out);
    options.out = dir.path() / "b.tar.zst";
    fs::last_write_time(from / "root", fs::file_time_type::clock::now() - std::chrono::hours(9));
    pack(options, report);
    EXPECT_EQ(test::read_file(options.out), before);
}

TEST_F(ArchivePack, OverwritesOnlyWhenTold) {
    test::write_file(options.out, "mine");
    const auto entries = entries_in(dir.path());
    EXPECT_THAT(refusal(FailureKind::conflict), HasSubstr("is there already"));
    EXPECT_EQ(test::read_file(options.out), "mine");
    options.replace = true;
    pack(options, report);
    EXPECT_NE(test::read_file(options.out), "mine");
    EXPECT_EQ(entries_in(dir.path()), entries) << "and leaves nothing else";
    options.out = from;
    EXPECT_THAT(refusal(FailureKind::conflict), HasSubstr("is not a file"));
}

TEST_F(ArchivePack, LeavesNothingWhenItFails) {
    options.files.emplace_back("vmlinuz", from / "missing");
    EXPECT_THAT(refusal(FailureKind::not_found), HasSubstr("missing"));
    options.files.back() = {"vmlinuz", from / "modules"};
    EXPECT_THAT(refusal(FailureKind::invalid), HasSubstr("is not a file"));
    options.files.pop_back();
    test::write_file(from / "modules/6.1/a b", "");
    EXPECT_THAT(refusal(FailureKind::invalid), HasSubstr("cannot be in an archive"));
    fs::remove(from / "modules/6.1/a b");
    ASSERT_EQ(::mkfifo((from / "modules/6.1/pipe").c_str(), 0600), 0);
    EXPECT_THAT(refusal(FailureKind::invalid), HasSubstr("cannot be in an archive"));
    options.files = {{"vmlinuz", from / "root"}};
    EXPECT_THAT(refusal(FailureKind::invalid), HasSubstr("rootfs.ext4 is missing"));
    options.out = dir.path() / "no" / "folder";
    EXPECT_THAT(refusal(FailureKind::not_found), HasSubstr("no"));
    EXPECT_EQ(entries_in(dir.path()), 2) << "from and out";
}

TEST_F(ArchivePack, RefusesAtOnceWhatNoImportTakes) {
    const auto sized = [&](const char* name, std::uint64_t size) {
        test::write_file(from / name, "");
        fs::resize_file(from / name, size); // a hole, which would be read for minutes
    };
    sized("kernel", most_boot_file_bytes + 1);
    for (const char* name : {"vmlinuz", "vmlinux", "initramfs.img"}) {
        options.files.back() = {name, from / "kernel"};
        EXPECT_THAT(refusal(FailureKind::invalid),
                    testing::AllOf(HasSubstr((from / "kernel").string()), HasSubstr(name),
                                   HasSubstr("1073741825 bytes, at most 1.0 GiB")));
    }
    sized("packages", most_package_list_bytes + 1);
    options.files.back() = {"packages.txt", from / "packages"};
    EXPECT_THAT(refusal(FailureKind::invalid), HasSubstr("at most 16.0 MiB"));
    options.files.back() = {"modules", from / "modules"};
    sized("modules/6.1/b.ko", most_modules_bytes - 8);
    sized("modules/6.1/c.ko", 1); // "module a" has 8
    EXPECT_THAT(refusal(FailureKind::invalid),
                testing::AllOf(HasSubstr((from / "modules").string()), HasSubstr("16.0 GiB")));
    EXPECT_EQ(entries_in(dir.path()), 2) << "from and out";
}

TEST_F(ArchivePack, RefusesMoreModulesThanAnImportTakes) {
    const fs::path modules = from / "modules";
    const auto refused = [&](const ModuleCount& with) -> std::string {
        try {
            (void)module_files(modules, with);
        } catch (const Failure& failure) {
            return failure.what();
        }
        return "taken";
    };
    ModuleCount files;
    for (std::size_t i = 2; i < most_modules; ++i) { // and a.ko, modules.dep
        ASSERT_EQ(files.add("modules/6.1/" + std::to_string(i)), "");
    }
    EXPECT_EQ(refused(files), "taken");
    ASSERT_EQ(files.add("modules/6.1/1"), "");
    EXPECT_EQ(refused(files), modules.string() + " has more than 32768 files");

    ModuleCount folders;
    for (std::size_t i = 3; i < most_module_folders; ++i) { // and modules, 6.1, kernel
        ASSERT_EQ(folders.add("modules/6.1/" + std::to_string(i) + "/a.ko"), "");
    }
    fs::create_directory(modules / "empty"); // is left out
    EXPECT_EQ(refused(folders), "taken");
    ASSERT_EQ(folders.add("modules/6.2/a.ko"), "");
    EXPECT_EQ(refused(folders), modules.string() + " has more than 8192 folders");
}

TEST_F(ArchivePack, RefusesNamesThatNoImportTakes) {
    const fs::path longest = from / "modules/6.1" / std::string(longest_word, 'x');
    test::write_file(longest, "");
    EXPECT_EQ(refusal(FailureKind::internal), "packed");
    EXPECT_EQ(unpack_it()["files"], nlohmann::json({"rootfs.ext4", "modules"}));
    fs::rename(longest, longest.string() + "x");
    EXPECT_THAT(refusal(FailureKind::conflict), HasSubstr("is there already"));
    options.replace = true;
    EXPECT_THAT(refusal(FailureKind::invalid), HasSubstr("cannot be in an archive"));
}

TEST_F(ArchivePack, NoticesFilesThatChangeMeanwhile) {
    const auto nothing = [](std::string_view) {};
    SourceFile source("rootfs.ext4", from / "root");
    EXPECT_EQ(source.measure(nothing), test::sha256(std::string(10000, 'r')));
    source.read(nothing);
    EXPECT_THROW(source.read([&](std::string_view) {
        fs::last_write_time(from / "root",
                            fs::file_time_type::clock::now() + std::chrono::seconds(9));
    }),
                 Failure)
        << "while it is read";
    EXPECT_THROW(source.read(nothing), Failure) << "before";
    SourceFile another("rootfs.ext4", from / "root");
    test::write_file(from / "new", std::string(10000, 'n'));
    fs::rename(from / "new", from / "root");
    EXPECT_THROW((void)another.measure(nothing), Failure) << "another file";
}

TEST_F(ArchivePack, TellsOfADiskThatIsFull) {
    test::write_file(from / "root", test::random_bytes(1U << 20U));
    options.out = "/dev/full"; // not a place for an archive, unless it is to be replaced
    EXPECT_THAT(refusal(FailureKind::conflict), HasSubstr("is there already"));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{.rlim_cur = 64 << 10, .rlim_max = before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    options.out = dir.path() / "a.tar.zst";
    std::string why;
    try {
        pack(options, report);
    } catch (const Failure& failure) {
        why = failure.what();
    }
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)std::signal(SIGXFSZ, handler);
    EXPECT_THAT(why, HasSubstr("File too large"));
    EXPECT_EQ(entries_in(dir.path()), 2) << "from and out";
}

TEST_F(ArchivePack, VerbsSayWhatIsWrongWithTheirWords) {
    const auto pack_words = [&](const std::vector<std::string>& words) -> std::string {
        try {
            (void)pack_verb(words, report);
        } catch (const Failure& failure) {
            return failure.what();
        }
        return "packed";
    };
    const std::string file = "--file", root = "rootfs.ext4=" + (from / "root").string();
    EXPECT_THAT(pack_words({}), HasSubstr("--out is missing"));
    EXPECT_THAT(pack_words({"--what"}), HasSubstr("--what"));
    EXPECT_THAT(pack_words({"--out"}), HasSubstr("needs a value"));
    EXPECT_THAT(pack_words({file, "evil=/x"}), HasSubstr("NAME=PATH"));
    EXPECT_THAT(pack_words({file, root, file, root}), HasSubstr("twice"));
    EXPECT_THAT(pack_words({"--out", "x", "--level", "20"}), HasSubstr("1 to 19"));
    EXPECT_THAT(pack_words({"--out", "x", "--level", "0"}), HasSubstr("1 to 19"));
    EXPECT_THAT(pack_words({"--out", "x"}), HasSubstr("rootfs.ext4 is missing"));
    EXPECT_THAT(pack_words({"--image", "{"}), HasSubstr("no JSON"));
    EXPECT_THAT(pack_words({"--image", R"({"name":"A"})"}), HasSubstr("no name of an image"));
    EXPECT_EQ(pack_words({file, root, "--out", options.out.string(), "--level", "1"}), "packed");
    const nlohmann::json result =
        unpack_verb({"--file", options.out.string(), "--dir", out.string()}, report);
    EXPECT_EQ(result["files"], nlohmann::json({"rootfs.ext4"}));
    EXPECT_THROW((void)unpack_verb({"--file", "x"}, report), Failure);
    EXPECT_THROW((void)unpack_verb({"--max-bytes", "many"}, report), Failure);
}

} // namespace
} // namespace image_tool::archive
