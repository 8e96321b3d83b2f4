#include "os/file.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <functional>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::os {
namespace {

/// What `steps` returns as somebody to whom modes mean something: root may do all.
int as_nobody(const TemporaryDir& dir, const std::function<int()>& steps) {
    constexpr uid_t nobody = 65534;
    const pid_t child = ::fork();
    if (child == 0) {
        const bool ready = ::geteuid() != 0 || (::chown(dir.path().c_str(), nobody, nobody) == 0 &&
                                                ::setresuid(nobody, nobody, nobody) == 0);
        ::_exit(ready ? steps() : 99);
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

TEST(File, AtomicWriteReplacesTheWholeTextAndSetsTheMode) {
    const TemporaryDir dir;
    const auto path = dir.path() / "a";
    write_file_atomic(path, "first, and longer than the second");
    write_file_atomic(path, "second", 0640);
    EXPECT_EQ(read_file(path), "second");
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0640U);
    write_file_atomic(path, "third", 0600, Durability::rebuildable);
    EXPECT_EQ(read_file(path), "third");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(File, AMissingFileIsNulloptForFindAndAnErrorForRead) {
    const TemporaryDir dir;
    EXPECT_EQ(find_file(dir.path() / "absent"), std::nullopt);
    try {
        (void)read_file(dir.path() / "absent");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
        EXPECT_NE(std::string(error.what()).find("absent"), std::string::npos);
    }
}

TEST(File, ReadRefusesMoreThanTheLimit) {
    const TemporaryDir dir;
    write_file_atomic(dir.path() / "big", std::string(1000, 'x'));
    EXPECT_THROW((void)read_file(dir.path() / "big", 999), Error);
}

TEST(File, TailGivesTheLastLines) {
    const TemporaryDir dir;
    write_file_atomic(dir.path() / "log", "one\r\ntwo\nthree");
    EXPECT_EQ(tail_lines(dir.path() / "log", 2), (std::vector<std::string>{"two", "three"}));
    EXPECT_TRUE(tail_lines(dir.path() / "none", 2).empty());
}

TEST(File, CloneKeepsHolesAndContent) {
    const TemporaryDir dir;
    const auto from = dir.path() / "sparse";
    {
        const UniqueFd fd = open_file(from, O_CREAT | O_RDWR);
        ASSERT_EQ(::ftruncate(fd.get(), 64 << 20), 0);
        ASSERT_EQ(::pwrite(fd.get(), "middle", 6, 32 << 20), 6);
    }
    clone_file(from, dir.path() / "copy");
    EXPECT_EQ(std::filesystem::file_size(dir.path() / "copy"), std::uintmax_t{64} << 20U);
    EXPECT_LT(allocated_bytes(dir.path() / "copy"), 1U << 20U);
    EXPECT_EQ(read_file(dir.path() / "copy", 65U << 20U).substr(32U << 20U, 6), "middle");
    EXPECT_THROW(clone_file(from, dir.path() / "copy"), Error);
}

TEST(File, ATreeWithFoldersThatMayNotBeWrittenToIsRemoved) {
    const TemporaryDir dir;
    const auto tree = dir.path() / "tree";
    const int status = as_nobody(dir, [&] {
        for (const char* folder : {"5", "5/5", "0", "0/inner"}) {
            make_private_dir(tree / folder);
            write_file_atomic(tree / folder / "a.ko", "m");
        }
        (void)::symlink("/etc", (tree / "link").c_str());
        for (const auto& [folder, mode] : {std::pair{"5/5", 0555}, {"5", 0555}, {"0", 0}}) {
            (void)::chmod((tree / folder).c_str(), static_cast<mode_t>(mode));
        }
        remove_tree(tree);
        remove_tree(tree); // again is no error
        return std::filesystem::exists(tree) ? 1 : 0;
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(std::filesystem::exists("/etc/passwd"));
}

TEST(File, WhatCannotBeRemovedIsNamedAndKeepsNothingElse) {
    const TemporaryDir dir;
    const auto tree = dir.path() / "tree";
    make_private_dir(tree / "theirs");
    write_file_atomic(tree / "theirs" / "stays", "x");
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root for a folder of somebody else";
    }
    ASSERT_EQ(::chown(tree.c_str(), 65534, 65534), 0);
    ASSERT_EQ(::chmod((tree / "theirs").c_str(), 0755), 0);
    const int status = as_nobody(dir, [&] {
        for (const char* name : {"a", "z"}) {
            make_private_dir(tree / name);
            write_file_atomic(tree / name / "goes", "x");
        }
        const auto problem = try_remove_tree(tree);
        return !problem                                                                     ? 1
               : std::string(problem->what()).find("theirs/stays") == std::string::npos     ? 2
               : std::filesystem::exists(tree / "a") || std::filesystem::exists(tree / "z") ? 3
                                                                                            : 0;
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(std::filesystem::exists(tree / "theirs" / "stays"));
}

TEST(File, APipeInItsPlaceHangsNobody) {
    const TemporaryDir dir("bgr-file");
    const auto path = dir.path() / "pipe";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_THROW((void)read_file(path), Error);
    EXPECT_THROW((void)find_file(path), Error);
    EXPECT_TRUE(tail_lines(path, 5).empty());
}

} // namespace
} // namespace banger::os
