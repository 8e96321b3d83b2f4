#include "copy/unpacker.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace banger::copy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An archive with whatever a guest may put into one.
class Crafted {
  public:
    Crafted() : archive_(::archive_write_new()) {
        ::archive_write_set_format_pax(archive_);
        ::archive_write_set_bytes_in_last_block(archive_, 1);
        ::archive_write_open(archive_, this, nullptr, take, nullptr);
    }
    Crafted(const Crafted&) = delete;
    Crafted& operator=(const Crafted&) = delete;
    ~Crafted() { ::archive_write_free(archive_); }

    Crafted& add(const std::string& path, unsigned type, const std::string& more = "",
                 unsigned mode = 0644) {
        archive_entry* entry = ::archive_entry_new();
        ::archive_entry_set_pathname(entry, path.c_str());
        ::archive_entry_set_mode(entry, type | mode);
        if (type == AE_IFLNK) {
            ::archive_entry_set_symlink(entry, more.c_str());
        } else if (type == AE_IFREG) {
            ::archive_entry_set_size(entry, static_cast<la_int64_t>(more.size()));
        } else if (type == AE_IFCHR) {
            ::archive_entry_set_rdevmajor(entry, 1);
            ::archive_entry_set_rdevminor(entry, 3);
        }
        EXPECT_EQ(::archive_write_header(archive_, entry), ARCHIVE_OK) << path;
        if (type == AE_IFREG) {
            EXPECT_EQ(::archive_write_data(archive_, more.data(), more.size()),
                      static_cast<la_ssize_t>(more.size()));
        }
        ::archive_entry_free(entry);
        return *this;
    }
    Crafted& hard_link(const std::string& path, const std::string& to) {
        archive_entry* entry = ::archive_entry_new();
        ::archive_entry_set_pathname(entry, path.c_str());
        ::archive_entry_set_mode(entry, AE_IFREG | 0644U);
        ::archive_entry_set_hardlink(entry, to.c_str());
        EXPECT_EQ(::archive_write_header(archive_, entry), ARCHIVE_OK);
        ::archive_entry_free(entry);
        return *this;
    }
    std::string bytes() {
        ::archive_write_close(archive_);
        return bytes_;
    }

  private:
    static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t size) {
        static_cast<Crafted*>(self)->bytes_.append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
    }
    archive* archive_;
    std::string bytes_;
};

class UnpackerTest : public ::testing::Test {
  protected:
    UnpackerTest() {
        fs::create_directories(inside());
        os::write_file_atomic(outside(), "mine");
    }
    fs::path inside() const { return dir_.path() / "inside"; }
    fs::path outside() const { return dir_.path() / "outside"; }

    /// What was left out, or why it was refused.
    std::vector<std::string> unpack(const std::string& bytes, const std::string& name = "top",
                                    const Making& making = {}) {
        Unpacker unpacker({os::open_file(inside(), O_RDONLY | O_DIRECTORY), "inside"}, name,
                          making);
        std::size_t at = 0;
        try {
            (void)unpacker.run([&] { // in pieces of an odd size
                const std::string part = bytes.substr(std::min(at, bytes.size()), 777);
                at += part.size();
                return part;
            });
        } catch (const os::Error& error) {
            return {error.what()};
        }
        return unpacker.left_out().lines();
    }
    /// Nothing but what was there before is outside, and that is as it was.
    void expect_nothing_outside() const {
        EXPECT_EQ(os::read_file(outside()), "mine");
        EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()), 2);
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(inside())) {
            found.push_back(entry.path().lexically_relative(inside()).string());
        }
        std::sort(found.begin(), found.end());
        return found;
    }

    os::TemporaryDir dir_{"unpacker"};
};

TEST_F(UnpackerTest, TheNameOfTheTreeIsOurs) {
    EXPECT_THAT(unpack(Crafted()
                           .add("./theirs/", AE_IFDIR, "", 0750)
                           .add("./theirs/f", AE_IFREG, "f", 04755)
                           .add("another/g", AE_IFREG, "g")
                           .bytes()),
                ElementsAre());
    EXPECT_THAT(names(), ElementsAre("top", "top/f", "top/g"));
    EXPECT_EQ(fs::status(inside() / "top").permissions(), fs::perms(0750));
    EXPECT_EQ(fs::status(inside() / "top" / "f").permissions(), fs::perms(0755)) << "no set-id";
}

TEST_F(UnpackerTest, WithoutANameItIsTheFolderItself) {
    EXPECT_THAT(
        unpack(
            Crafted().add("./", AE_IFDIR).add("./a/", AE_IFDIR).add("./a/f", AE_IFREG, "f").bytes(),
            ""),
        ElementsAre());
    EXPECT_THAT(names(), ElementsAre("a", "a/f"));
}

TEST_F(UnpackerTest, PathsThatLeadOutAreRefused) {
    EXPECT_THAT(unpack(Crafted().add("/" + outside().string(), AE_IFREG, "theirs").bytes()),
                ElementsAre(HasSubstr("an absolute path")));
    for (const char* path : {"../outside", "top/../../outside", "./..", "top/..", "a/b/../../.."}) {
        EXPECT_THAT(unpack(Crafted().add(path, AE_IFREG, "theirs").bytes()),
                    ElementsAre(HasSubstr("it leads out of what is copied")))
            << path;
        EXPECT_THAT(unpack(Crafted().add(path, AE_IFDIR).bytes(), ""),
                    ElementsAre(HasSubstr("it leads out of what is copied")))
            << path;
    }
    EXPECT_THAT(unpack(Crafted().add("./", AE_IFREG, "theirs").bytes()),
                ElementsAre(HasSubstr("refused")));
    EXPECT_THAT(names(), ElementsAre());
    expect_nothing_outside();
}

TEST_F(UnpackerTest, SymlinksAreRefusedAndNotFollowed) {
    EXPECT_THAT(unpack(Crafted()
                           .add("t/", AE_IFDIR, "", 0755)
                           .add("t/link", AE_IFLNK, "../..")
                           .add("t/link/outside", AE_IFREG, "theirs")
                           .bytes()),
                ElementsAre(HasSubstr("a symlink")));
    EXPECT_THAT(names(), ElementsAre("top"));
    fs::create_directory_symlink("../..", inside() / "top" / "mine"); // by the user, before
    EXPECT_THAT(unpack(Crafted().add("t/mine/outside", AE_IFREG, "theirs").bytes()),
                ElementsAre(HasSubstr("open folder inside/top/mine")));
    EXPECT_THAT(unpack(Crafted().add("t/mine", AE_IFDIR).bytes()),
                ElementsAre(HasSubstr("open folder inside/top/mine")));
    fs::create_symlink(outside(), inside() / "top" / "file");
    EXPECT_THAT(unpack(Crafted().add("t/file", AE_IFREG, "theirs").bytes()), ElementsAre());
    EXPECT_FALSE(fs::is_symlink(inside() / "top" / "file")) << "replaced, not written through";
    expect_nothing_outside();
}

TEST_F(UnpackerTest, HardLinksAreCopiesOfWhatCame) {
    EXPECT_THAT(unpack(Crafted()
                           .add("t/", AE_IFDIR, "", 0755)
                           .add("t/f", AE_IFREG, "f")
                           .hard_link("t/again", "t/f")
                           .bytes()),
                ElementsAre());
    EXPECT_EQ(os::read_file(inside() / "top" / "again"), "f");
    EXPECT_EQ(fs::hard_link_count(inside() / "top" / "again"), 1U);
    for (const char* target : {"../outside", "/etc/passwd"}) {
        EXPECT_THAT(unpack(Crafted().hard_link("t/h", target).bytes()),
                    ElementsAre(HasSubstr("refused")))
            << target;
    }
    fs::create_symlink(outside(), inside() / "top" / "link");
    EXPECT_THAT(unpack(Crafted().hard_link("t/h", "t/link").bytes()),
                ElementsAre(HasSubstr("which it did not send")))
        << "a file of the user is not for the guest to name";
    os::write_file_atomic(inside() / "top" / "mine", "mine");
    EXPECT_THAT(unpack(Crafted().hard_link("t/h", "t/mine").bytes()),
                ElementsAre(HasSubstr("links to inside/top/mine, which it did not send")));
    EXPECT_THAT(unpack(Crafted().hard_link("t/h", "t/f").bytes()),
                ElementsAre(HasSubstr("which it did not send")))
        << "that was another run";
    EXPECT_FALSE(fs::exists(inside() / "top" / "h"));
}

/// The head of a file of GNU tar that is one byte, and for the rest a hole.
std::string sparse_head(const std::string& path, std::uint64_t size) {
    std::string head(512, '\0');
    const auto put = [&](std::size_t at, const std::string& text) {
        head.replace(at, text.size(), text);
    };
    put(0, path);
    put(100, "0000644");
    put(124, "00000000001"); // of its data
    put(136, "00000000000");
    put(148, "        ");
    put(156, "S");
    put(257, "ustar  ");
    put(386, "00000000000"); // where the data begins, and how long it is
    put(398, "00000000001");
    std::array<char, 16> octal{};
    std::snprintf(octal.data(), octal.size(), "%011llo", static_cast<unsigned long long>(size));
    put(483, octal.data());
    unsigned sum = 0;
    for (const char c : head) {
        sum += static_cast<unsigned char>(c);
    }
    std::snprintf(octal.data(), octal.size(), "%06o", sum);
    put(148, std::string(octal.data()) + '\0' + ' ');
    return head;
}

TEST_F(UnpackerTest, AHoleIsNotFilledByALink) {
    constexpr std::uint64_t size = std::uint64_t{1} << 30U;
    const std::string data = "x" + std::string(511, '\0');
    EXPECT_THAT(unpack(Crafted().add("t/", AE_IFDIR, "", 0755).bytes().substr(0, 512) +
                       sparse_head("t/f", size) + data +
                       Crafted().hard_link("t/again", "t/f").bytes()),
                ElementsAre());
    struct stat status {};
    ASSERT_EQ(::stat((inside() / "top" / "again").c_str(), &status), 0);
    EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), size);
    EXPECT_LT(status.st_blocks, 1000);
}

TEST_F(UnpackerTest, ALongLinkCanBeEnded) {
    Making making;
    making.check = [] { throw os::Error(os::ErrorKind::cancelled, "interrupted"); };
    EXPECT_THAT(unpack(Crafted().add("f", AE_IFREG, "f").hard_link("f", "f").bytes(), "f", making),
                ElementsAre("interrupted"));
    EXPECT_EQ(std::distance(fs::directory_iterator(inside()), fs::directory_iterator()), 1);
}

TEST_F(UnpackerTest, NamesDoNotActOnTheTerminal) {
    const std::string name = "\x1b[2J\x1b]0;title\ad\nerror: e";
    fs::create_directories(inside() / "top" / name);
    EXPECT_THAT(unpack(Crafted().add("t/" + name, AE_IFREG, "x").bytes()),
                ElementsAre("inside/top/d error: e is a folder"));
    EXPECT_THAT(unpack(Crafted().add("t/" + name, AE_IFIFO).bytes()),
                ElementsAre("t/d error: e: not a regular file"));
    EXPECT_THAT(unpack(Crafted().add("t/../" + name, AE_IFREG).bytes()),
                ElementsAre(HasSubstr("refused 't/../d error: e' of the guest")));
}

TEST_F(UnpackerTest, OfMuchThatIsLeftOutOnlyTheFirstIsTold) {
    Crafted archive;
    for (int i = 0; i < 30; ++i) {
        archive.add("t/fifo" + std::to_string(i), AE_IFIFO);
    }
    const std::vector<std::string> lines = unpack(archive.bytes());
    ASSERT_EQ(lines.size(), 21U);
    EXPECT_EQ(lines[19], "t/fifo19: not a regular file");
    EXPECT_EQ(lines[20], "10 more");
}

TEST_F(UnpackerTest, AGuestFillsNoMemory) {
    std::string deep = "t";
    for (int i = 0; i < 256; ++i) {
        deep += "/d";
    }
    EXPECT_THAT(unpack(Crafted().add(deep, AE_IFDIR).bytes()),
                ElementsAre(HasSubstr("it is too deep")));
    const std::string long_name = "t/" + std::string(5000, 'x');
    const auto refused = unpack(Crafted().add(long_name, AE_IFREG).bytes());
    EXPECT_THAT(refused, ElementsAre(HasSubstr("its path is too long")));
    EXPECT_LT(refused.front().size(), 400U);
    for (const unsigned type : {AE_IFDIR, AE_IFREG}) {
        Crafted many;
        many.add("t/", AE_IFDIR, "", 0755);
        for (int i = 0; i < 100; ++i) {
            many.add("t/" + std::to_string(type) + "-" + std::to_string(i), type, "", 0755);
        }
        Making making;
        making.most_memory = 2000;
        EXPECT_THAT(unpack(many.bytes(), "top", making),
                    ElementsAre("the guest sends too many files"));
        EXPECT_LT(names().size(), 80U);
    }
}

TEST_F(UnpackerTest, ModesAreMaskedOrPutAside) {
    const std::string bytes = Crafted()
                                  .add("t/", AE_IFDIR, "", 0577)
                                  .add("t/d/", AE_IFDIR, "", 0)
                                  .add("t/d/f", AE_IFREG, "f", 0)
                                  .add("t/g", AE_IFREG, "g", 0666)
                                  .bytes();
    const auto mode = [&](const fs::path& path) {
        return static_cast<unsigned>(fs::status(inside() / path).permissions());
    };
    Making making;
    making.masked = 027;
    EXPECT_THAT(unpack(bytes, "masked", making), ElementsAre());
    EXPECT_EQ(mode("masked"), 0550U);
    EXPECT_EQ(mode("masked/g"), 0640U);
    EXPECT_EQ(mode("masked/d"), 0U);
    Modes aside;
    making.aside = &aside;
    EXPECT_THAT(unpack(bytes, "aside", making), ElementsAre());
    EXPECT_EQ(mode("aside"), 0700U);
    EXPECT_EQ(mode("aside/d"), 0700U);
    EXPECT_EQ(mode("aside/d/f"), 0600U);
    EXPECT_EQ(aside, (Modes{{"", 0577}, {"d", 0}, {"d/f", 0}, {"g", 0666}}));
    fs::permissions(inside() / "masked", fs::perms(0700)); // to be removed again
    fs::permissions(inside() / "masked" / "d", fs::perms(0700));
}

TEST_F(UnpackerTest, DevicesAreLeftOut) {
    EXPECT_THAT(unpack(Crafted()
                           .add("t/", AE_IFDIR, "", 0755)
                           .add("t/null", AE_IFCHR)
                           .add("t/fifo", AE_IFIFO)
                           .add("t/f", AE_IFREG, "f")
                           .bytes()),
                ElementsAre("t/null: not a regular file", "t/fifo: not a regular file"));
    EXPECT_THAT(names(), ElementsAre("top", "top/f"));
}

TEST_F(UnpackerTest, FoldersAndFilesDoNotTakeEachOthersPlace) {
    fs::create_directories(inside() / "top" / "d");
    os::write_file_atomic(inside() / "top" / "f", "mine");
    EXPECT_THAT(unpack(Crafted().add("t/d", AE_IFREG, "x").bytes()),
                ElementsAre("inside/top/d is a folder"));
    EXPECT_THAT(unpack(Crafted().add("t/f", AE_IFDIR).bytes()),
                ElementsAre(HasSubstr("open folder inside/top/f: Not a directory")));
    EXPECT_THAT(unpack(Crafted().add("t/f/g", AE_IFREG, "x").bytes()),
                ElementsAre(HasSubstr("Not a directory")));
    EXPECT_EQ(::mkfifo((inside() / "top" / "p").c_str(), 0600), 0);
    EXPECT_THAT(unpack(Crafted().add("t/p", AE_IFREG, "x").bytes()),
                ElementsAre("inside/top/p is no file"));
}

TEST_F(UnpackerTest, WhatEndsTooEarlyLeavesNoHalfFile) {
    const std::string whole = Crafted()
                                  .add("t/", AE_IFDIR, "", 0755)
                                  .add("t/a", AE_IFREG, "a")
                                  .add("t/b", AE_IFREG, std::string(5000, 'b'))
                                  .bytes();
    const auto cut = whole.find(std::string(100, 'b')) + 3000;
    EXPECT_THAT(unpack(whole.substr(0, cut)), ElementsAre(HasSubstr("is no archive")));
    EXPECT_THAT(names(), ElementsAre("top", "top/a"));
    EXPECT_EQ(fs::status(inside() / "top").permissions(), fs::perms(0755))
        << "the folder is as it should be";
}

} // namespace
} // namespace banger::copy
