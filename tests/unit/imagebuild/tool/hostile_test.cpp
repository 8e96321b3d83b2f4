// File systems that nobody makes by accident: each is refused or read, in bounded time.
#include "ext4_disk.hpp"
#include "os/child.hpp"
#include "stop.hpp"
#include "unique_fd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace image_tool {
namespace {

using testing::HasSubstr;

class Hostile : public testing::Test {
  protected:
    Told flatten_it() {
        return tell(flatten, {"--base", bench.path("base.ext4"), "--overlay",
                              bench.path("over.ext4"), "--out", bench.path("out.ext4")});
    }
    std::string refusal() {
        const Told told = flatten_it();
        EXPECT_FALSE(std::filesystem::exists(bench.path("out.ext4")));
        EXPECT_FALSE(std::filesystem::exists(bench.path("out.ext4.part")));
        return told.failed();
    }
    /// Other bytes for all places of some.
    void patch(const std::string& file, const std::string& from, const std::string& to) const {
        std::string bytes = bytes_of(file);
        ASSERT_EQ(from.size(), to.size());
        ASSERT_NE(bytes.find(from), std::string::npos);
        for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from)) {
            bytes.replace(at, to.size(), to);
        }
        std::ofstream(file, std::ios::binary) << bytes;
    }

    Bench bench;
};

TEST_F(Hostile, WhatIsNoFileSystemIsSaidSo) {
    bench.make("base");
    EXPECT_THAT(refusal(), HasSubstr("not_found: open the overlay"));
    bench.write("over.ext4", "short");
    EXPECT_THAT(refusal(), HasSubstr("the overlay"));
    bench.write("over.ext4", noise(1U << 20U));
    EXPECT_EQ(refusal(), "invalid: the overlay: no ext4 file system in it");
    std::filesystem::remove(bench.path("over.ext4"));
    bench.folder("over.ext4");
    EXPECT_THAT(refusal(), HasSubstr("is no regular file"));
}

TEST_F(Hostile, AFileThatIsCutOffIsRefused) {
    bench.make("base");
    bench.folder("over/upper");
    std::filesystem::resize_file(bench.make("over"), 8U << 20U);
    EXPECT_THAT(refusal(), HasSubstr("invalid: the overlay is cut off"));
}

TEST_F(Hostile, FeaturesThatAreNotSupportedAreNamed) {
    bench.make("base");
    bench.folder("over/upper");
    for (const char* feature : {"inline_data", "ea_inode", "encrypt", "bigalloc"}) {
        bench.make("over", "16M", {"-O", feature});
        EXPECT_THAT(refusal(), HasSubstr(std::string("the ext4 feature ") + feature));
    }
    bench.make("over");
    bench.make("base", "16M", {"-O", "^extents,^64bit"});
    EXPECT_THAT(refusal(), HasSubstr("the ext4 feature extents is needed"));
    bench.make("base", "16M", {"-O", "quota"});
    EXPECT_THAT(refusal(), HasSubstr("the ext4 feature quota"));
}

TEST_F(Hostile, WhatTheOverlayKeepsInTheBaseIsRefused) {
    bench.write("base/file", "1");
    bench.make("base");
    bench.write("over/upper/file", "");
    const std::string over = bench.make("over");
    change(over, {"ea_set /upper/file trusted.overlay.metacopy x"});
    EXPECT_THAT(refusal(), HasSubstr("invalid: /file: only its attributes are in the overlay"));
}

TEST_F(Hostile, ADirectoryInTwoPlacesIsRefused) {
    bench.make("base");
    bench.folder("over/upper/a/b");
    const std::string over = bench.make("over");
    change(over, {"ln /upper /upper/a/b/loop"});
    EXPECT_THAT(refusal(), HasSubstr("is in two places"));
    change(over, {"unlink /upper/a/b/loop", "ln /upper/a /upper/again"});
    EXPECT_THAT(refusal(), HasSubstr("is in two places"));
}

TEST_F(Hostile, NamesThatNoNameCanBeAreRefused) {
    bench.make("base");
    bench.write("over/upper/abcdefgh", "1");
    bench.write("over/upper/abcdefgX", "1");
    const std::string over = bench.make("over", "16M", {"-O", "^metadata_csum"});
    const std::string first = bytes_of(over);
    for (const char* name : {"ab/defgh", "../../gh", "abcdefgX"}) {
        bench.write("over.ext4", first);
        patch(over, "abcdefgh", name);
        EXPECT_THAT(refusal(), HasSubstr("invalid: the overlay is damaged: directory"));
    }
    bench.write("over.ext4", first);
    patch(over, "abcdefgh", std::string("abc\0efgh", 8));
    EXPECT_THAT(refusal(), HasSubstr("a name that no name can be"));
}

TEST_F(Hostile, BlocksThatAreClaimedAgainAndAgainAreCounted) {
    bench.make("base");
    bench.write("over/upper/file", noise(1000000));
    // Files with the map of ext2 that claim the same block everywhere: 1.2 million times each.
    for (int i = 0; i < 4; ++i) {
        bench.write("over/upper/claims" + std::to_string(i), "x");
    }
    const std::string over =
        bench.make("over", "16M", {"-O", "^metadata_csum,^extents,^64bit", "-b", "1024"});
    const std::string block = ask(over, "bmap /upper/file 0");
    const std::string number = block.substr(0, block.find('\n'));
    std::string indirect(1024, '\0');
    const auto value = static_cast<std::uint32_t>(std::stoul(number));
    for (std::size_t at = 0; at < indirect.size(); at += 4) {
        for (unsigned byte = 0; byte < 4; ++byte) {
            indirect[at + byte] = static_cast<char>(value >> (8 * byte));
        }
    }
    std::string bytes = bytes_of(over);
    bytes.replace(std::size_t(value) * 1024, 1024, indirect); // it leads to itself
    bench.write("over.ext4", bytes);
    for (int i = 0; i < 4; ++i) {
        const std::string file = "/upper/claims" + std::to_string(i);
        change(over, {"set_inode_field " + file + " block[DIND] " + number,
                      "set_inode_field " + file + " size 100000000"});
    }
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_NE(refusal(), "");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_F(Hostile, FlippedBitsEndInAResultOrAnError) {
    bench.write("base/etc/passwd", "root");
    bench.write("base/srv/a", noise(20000));
    bench.make("base", "4M", {"-O", "^has_journal"});
    for (int i = 0; i < 40; ++i) {
        bench.write("over/upper/many/" + noise(20, static_cast<unsigned>(i)), "x");
    }
    bench.write("over/upper/etc/passwd", "other");
    std::string islands(50 * 8192, '\0'); // more extents than an inode has room for
    for (std::size_t at = 0; at < islands.size(); at += 8192) {
        islands[at] = 'x';
    }
    bench.write("over/upper/etc/large", islands);
    bench.link(noise(500), "over/upper/etc/link");
    const std::string over = bench.make("over", "4M", {"-O", "^has_journal,^metadata_csum"});
    change(over, {"mknod /upper/srv c 0 0", "ea_set /upper/etc user.words " + noise(150)});
    const std::string good = bytes_of(over);
    std::vector<std::size_t> used; // a flip elsewhere changes nothing
    for (std::size_t at = 0; at < good.size(); ++at) {
        if (good[at] != '\0') {
            used.push_back(at);
        }
    }
    std::mt19937 random(7); // NOLINT: repeatable on purpose
    int failed = 0;
    for (int round = 0; round < 200; ++round) {
        std::string bytes = good;
        for (unsigned flips = 1 + random() % 8; flips > 0; --flips) {
            const std::size_t at = used[random() % used.size()] + random() % 3;
            bytes[at % bytes.size()] ^= static_cast<char>(1U << random() % 8);
        }
        bench.write("over.ext4", bytes);
        const Told told = round % 10 == 0
                              ? flatten_it()
                              : tell(diff, {"--base", bench.path("base.ext4"), "--overlay", over});
        failed += told.failure ? 1 : 0;
        if (round % 10 == 0 && !told.failure) {
            ASSERT_EQ(faults(bench.path("out.ext4")), "") << "round " << round;
        }
        std::filesystem::remove(bench.path("out.ext4"));
    }
    EXPECT_GT(failed, 20) << "the flips hit nothing";
    EXPECT_LT(failed, 200) << "nothing is read";
}

/// A pipe that has room for one short line only: its writer stands still until it is read.
struct NarrowPipe {
    NarrowPipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0 || ::fcntl(ends[1], F_SETPIPE_SZ, 4096) != 4096) {
            throw std::runtime_error("no pipe");
        }
        out = UniqueFd(ends[0]);
        in = UniqueFd(ends[1]);
        const std::string filler(4096 - 30, '\n');
        if (::write(in.get(), filler.data(), filler.size()) < 0) {
            throw std::runtime_error("no room in a pipe");
        }
    }
    std::string rest() const {
        std::string text;
        std::array<char, 512> piece; // NOLINT: read() fills it
        for (ssize_t got = 0; (got = ::read(out.get(), piece.data(), piece.size())) > 0;) {
            text.append(piece.data(), static_cast<std::size_t>(got));
        }
        return text;
    }
    UniqueFd out, in;
};

TEST_F(Hostile, ASignalLeavesNoFile) {
    bench.make("base");
    bench.folder("over/upper");
    bench.make("over");
    const std::string part = bench.path("out.ext4.part");
    NarrowPipe pipe;
    const std::vector<std::string> words{IMAGE_TOOL,  "flatten",
                                         "--base",    bench.path("base.ext4"),
                                         "--overlay", bench.path("over.ext4"),
                                         "--out",     bench.path("out.ext4")};
    const pid_t pid = ::fork();
    if (pid == 0) {
        std::vector<char*> list;
        for (const std::string& word : words) {
            list.push_back(const_cast<char*>(word.c_str())); // NOLINT: execv changes none of them
        }
        list.push_back(nullptr);
        ::dup2(pipe.in.get(), 1);
        ::execv(list[0], list.data());
        ::_exit(99);
    }
    pipe.in.reset();
    for (int i = 0; i < 1000 && !std::filesystem::exists(part); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_TRUE(std::filesystem::exists(part)) << "it did not begin";
    ASSERT_EQ(::kill(pid, SIGTERM), 0);
    const std::string text = pipe.rest();
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 1);
    EXPECT_THAT(text, HasSubstr(R"({"error":{"kind":"cancelled")"));
    EXPECT_FALSE(std::filesystem::exists(part));
    EXPECT_FALSE(std::filesystem::exists(bench.path("out.ext4")));
}

} // namespace
} // namespace image_tool
