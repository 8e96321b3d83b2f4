#include "state/console_file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include <sys/stat.h>

namespace web {
namespace {

class ConsoleFileTest : public testing::Test {
  protected:
    ConsoleFileTest() {
        std::string folder = testing::TempDir() + "console-XXXXXX";
        if (::mkdtemp(folder.data()) == nullptr) {
            throw std::runtime_error("no folder");
        }
        folder_ = folder;
    }
    ~ConsoleFileTest() override { std::filesystem::remove_all(folder_); }
    void write(const std::string& bytes) { std::ofstream(path(), std::ios::app) << bytes; }
    void turn_over() { std::filesystem::rename(path(), path().string() + ".1"); }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "console.log"; }
    [[nodiscard]] ConsoleFile file() const { return ConsoleFile(path()); }

    std::filesystem::path folder_;
};

TEST_F(ConsoleFileTest, IsReadOnFromAMark) {
    EXPECT_FALSE(file().read({}, 100));
    write("one\ntwo\n");
    const auto first = file().read({}, 5).value();
    EXPECT_EQ(first.bytes, "one\nt");
    EXPECT_EQ(first.next.offset, 5U);
    EXPECT_FALSE(first.again);
    const auto second = file().read(first.next, 100).value();
    EXPECT_EQ(second.bytes, "wo\n");
    EXPECT_EQ(file().read(second.next, 100).value().bytes, "");
    write("three\n");
    EXPECT_EQ(file().read(second.next, 100).value().bytes, "three\n");
}

TEST_F(ConsoleFileTest, NothingIsMissedWhenItIsTurnedOver) {
    write("one\ntwo\n");
    const auto read = file().read({}, 4).value();
    turn_over();
    write("three\n");
    const auto rest = file().read(read.next, 100).value();
    EXPECT_EQ(rest.bytes, "two\n");
    EXPECT_FALSE(rest.again);
    const auto newer = file().read(rest.next, 100).value();
    EXPECT_EQ(newer.bytes, "three\n");
    EXPECT_FALSE(newer.again);
}

TEST_F(ConsoleFileTest, SaysSoWhereSomethingIsMissed) {
    write("one\n");
    const auto read = file().read({}, 100).value();
    turn_over();
    write("two\n");
    std::filesystem::remove(path().string() + ".1");
    const auto after = file().read(read.next, 100).value();
    EXPECT_EQ(after.bytes, "two\n");
    EXPECT_TRUE(after.again);
    EXPECT_TRUE(file().read({after.next.file, 4000}, 100).value().again) << "it was cut";
}

TEST_F(ConsoleFileTest, ItsTailIsOfBothFilesAndBeginsWithALine) {
    EXPECT_FALSE(file().tail(100));
    write("one\ntwo\n");
    turn_over();
    write("three\nfour");
    EXPECT_EQ(file().tail(100).value().bytes, "one\ntwo\nthree\nfour");
    EXPECT_EQ(file().tail(13).value().bytes, "three\nfour");
    EXPECT_EQ(file().tail(7).value().bytes, "four");
    EXPECT_EQ(file().tail(100).value().next.offset, 10U);
}

TEST_F(ConsoleFileTest, OnlyAPlainFileIsRead) { // T12
    ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
    EXPECT_FALSE(file().read({}, 100)) << "and nobody waits for the other end";
    std::filesystem::remove(path());
    std::filesystem::create_symlink("/etc/passwd", path());
    EXPECT_FALSE(file().tail(100));
    std::filesystem::remove(path());
    std::filesystem::create_directory(path());
    EXPECT_FALSE(file().tail(100));
    EXPECT_FALSE(ConsoleFile("").read({}, 100));
}

} // namespace
} // namespace web
