#include "fake_guest.hpp"
#include "unit/cli/program.hpp"

#include "os/child.hpp"
#include "os/file.hpp"
#include "os/run.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// `banger vm cp` to and from guests whose agents are played: their folders are of this machine.
class CopyByAgent : public ProgramTest {
  protected:
    CopyByAgent() {
        ::umask(022); // the guests have it, too
        start_daemon();
        vms({{"a", "running"}, {"b", "running"}});
        for (const std::string name : {"a", "b"}) {
            fs::create_directories(guest(name));
            daemon->on("GET /v1/vms/" + name + "/ssh",
                       R"({"host":"127.0.0.1","port":1,"host_key_alias":"x"})");
            daemon->on("POST /v1/vms/" + name + "/exec", [this, name](const auto& request) {
                return FakeDaemon::Reply{101, "", {}, [this, name, body = request.body](int fd) {
                                             run_as_agent(fd, body, guest(name));
                                         }};
            });
        }
        fs::create_directories(here());
    }
    fs::path guest(const std::string& name) const { return home.path() / "guests" / name; }
    fs::path here() const { return home.path() / "here"; }
    Result cp(std::vector<std::string> ends) const {
        ends.insert(ends.begin(), {"vm", "cp", "--agent"});
        return run(ends);
    }
    static void write(const fs::path& path, const std::string& text, mode_t mode = 0644,
                      std::time_t changed = 1700000000) {
        fs::create_directories(path.parent_path());
        os::write_file_atomic(path, text, mode);
        const timespec times[2] = {{0, UTIME_OMIT}, {changed, 0}};
        EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    }
    static struct stat status(const fs::path& path) {
        struct stat found {};
        EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
        return found;
    }
    /// Every name below it, sorted.
    static std::vector<std::string> names(const fs::path& folder) {
        std::vector<std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            found.push_back(entry.path().lexically_relative(folder).string());
        }
        std::sort(found.begin(), found.end());
        return found;
    }
    /// The status of a copy that gets Ctrl-C as soon as there is something in `folder`, where then
    /// nothing is left.
    int interrupted(std::vector<std::string> ends, const fs::path& folder) const {
        fs::create_directories(folder);
        ends.insert(ends.begin(), {BANGER_PROGRAM, "vm", "cp", "--agent"});
        os::SpawnOptions options;
        options.env = environment();
        os::Child child = os::Child::spawn(ends, options);
        const auto soon = [](const std::function<bool()>& done) {
            for (int i = 0; i < 2000 && !done(); ++i) {
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
            return done();
        };
        EXPECT_TRUE(soon([&] { return !fs::is_empty(folder); }));
        child.kill(SIGINT);
        const os::ExitStatus status = child.wait();
        EXPECT_TRUE(soon([&] { return fs::is_empty(folder); }));
        return status.code;
    }
    void plays(const std::string& vm, const std::function<void(int fd)>& role) {
        daemon->on("POST /v1/vms/" + vm + "/exec", [role](const auto&) {
            return FakeDaemon::Reply{101, "", {}, role};
        });
    }
    void make_tree(const fs::path& at) const {
        write(at / "one", "1", 0600);
        write(at / "deep" / "er" / "two", std::string(300000, 'x'), 0755, 1600000000);
        write(at / "deep" / ("long" + std::string(200, 'n')), "");
        write(at / "odd -name \xc3\xa4 '\"", "q");
        fs::create_directories(at / "empty");
        fs::permissions(at / "deep" / "er", fs::perms(0500));
    }
    void expect_tree(const fs::path& at) const {
        EXPECT_EQ(os::read_file(at / "one"), "1");
        EXPECT_EQ(status(at / "one").st_mode & 07777U, 0600U);
        EXPECT_GT(status(at / "one").st_mtim.tv_sec, 1700000000) << "times are new";
        EXPECT_EQ(os::read_file(at / "deep" / "er" / "two"), std::string(300000, 'x'));
        EXPECT_EQ(status(at / "deep" / "er" / "two").st_mode & 07777U, 0755U);
        EXPECT_EQ(status(at / "deep" / "er").st_mode & 07777U, 0500U);
        EXPECT_EQ(names(at).size(), 7U);
        EXPECT_TRUE(fs::is_directory(at / "empty"));
        EXPECT_EQ(os::read_file(at / "odd -name \xc3\xa4 '\""), "q");
        fs::permissions(at / "deep" / "er", fs::perms(0700)); // to be removed again
    }
};

TEST_F(CopyByAgent, ShowsHowMuchOnATerminal) {
    write(here() / "f", std::string(5U << 20U, 'x'));
    const std::string source = (here() / "f").string();
    const Result up = run_on_terminal({"vm", "cp", "--agent", source, "a:f"});
    EXPECT_EQ(up.code, 0) << up.out;
    EXPECT_THAT(up.out, HasSubstr("/here/f\x1b[0m  5M in "));
    const Result down = run_on_terminal({"vm", "cp", "--agent", "a:f", here().string() + "/g"});
    EXPECT_THAT(down.out, HasSubstr("a:f\x1b[0m  5M in "));
    const Result none = run_on_terminal({"vm", "cp", "--agent", "a:nosuch", here().string()});
    EXPECT_THAT(none.out, ::testing::Not(HasSubstr(" in ")));
    EXPECT_THAT(cp({source, "a:h"}).err, IsEmpty());
}

TEST_F(CopyByAgent, AFolderGoesUpAndComesBack) {
    make_tree(here() / "tree");
    Result result = cp({(here() / "tree").string(), "a:"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
    result = cp({"a:tree", (here() / "back").string()});
    EXPECT_EQ(result.code, 0) << result.err;
    expect_tree(guest("a") / "tree");
    expect_tree(here() / "back");
    fs::permissions(here() / "tree" / "deep" / "er", fs::perms(0700));
}

TEST_F(CopyByAgent, ADestinationMeansWhatItMeansToScp) {
    write(here() / "f", "f");
    write(here() / "d" / "g", "g");
    const std::string f = (here() / "f").string();
    const std::string d = (here() / "d").string();
    fs::create_directories(guest("a") / "into");
    EXPECT_EQ(cp({f, "a:into"}).code, 0);
    EXPECT_EQ(cp({f, "a:into/other"}).code, 0);
    EXPECT_EQ(cp({d, "a:into"}).code, 0);
    EXPECT_EQ(cp({d + "/", "a:new/"}).code, 0) << "a folder may be named with a slash";
    EXPECT_EQ(cp({f, d, "a:into/d"}).code, 0);
    EXPECT_EQ(cp({d + "/.", "a:~/into"}).code, 0) << "its content";
    EXPECT_EQ(
        names(guest("a")),
        (std::vector<std::string>{"into", "into/d", "into/d/d", "into/d/d/g", "into/d/f",
                                  "into/d/g", "into/f", "into/g", "into/other", "new", "new/g"}));
    EXPECT_EQ(cp({"a:into/f", here().string()}).code, 0);
    EXPECT_EQ(cp({"a:into", (here() / "in").string()}).code, 0);
    EXPECT_EQ(cp({"a:into/.", (here() / "in2").string()}).code, 0);
    EXPECT_EQ(cp({"a:into/f", "a:into/other", d}).code, 0);
    EXPECT_EQ(names(here() / "in").size(), 8U);
    EXPECT_EQ(names(here() / "in2"), names(here() / "in"));
    EXPECT_EQ(names(here() / "d"), (std::vector<std::string>{"f", "g", "other"}));
    EXPECT_EQ(cp({"a:into/d", (here() / "made").string() + "/"}).code, 0) << "a folder makes one";
    EXPECT_EQ(names(here() / "made").size(), 4U);
    EXPECT_EQ(cp({"a:into/d", (here() / "nosuch" / "made").string() + "/"}).code, 3);
    const std::string no_folder = (here() / "unmade").string();
    EXPECT_EQ(cp({"a:into/f", no_folder + "/"}).err,
              "error: a:into/f: no folder '" + no_folder + "' to copy to\n");
    EXPECT_FALSE(fs::exists(no_folder));
}

TEST_F(CopyByAgent, ModesAreAsWithScp) {
    ::umask(027);
    write(guest("a") / "d" / "f", "f", 0666);
    write(guest("a") / "d" / "run", "run", 04777);
    fs::permissions(guest("a") / "d", fs::perms(0777));
    EXPECT_EQ(cp({"a:d", here().string()}).code, 0);
    EXPECT_EQ(cp({"a:d/.", (here() / "content").string()}).code, 0);
    fs::permissions(here() / "d", fs::perms(0777));
    fs::permissions(here() / "d" / "f", fs::perms(0666));
    EXPECT_EQ(cp({(here() / "d").string(), "b:"}).code, 0);
    EXPECT_EQ(cp({"a:d", "b:between"}).code, 0);
    const auto mode = [](const fs::path& path) { return status(path).st_mode & 07777U; };
    EXPECT_EQ(mode(here() / "d" / "run"), 0750U);
    for (const fs::path& made : {here() / "content", guest("b") / "d", guest("b") / "between"}) {
        EXPECT_EQ(mode(made), 0750U) << made;
        EXPECT_EQ(mode(made / "f"), 0640U) << made;
    }
    // What is there keeps its own.
    write(here() / "secret", "old", 0600);
    EXPECT_EQ(cp({"a:d/f", (here() / "secret").string()}).code, 0);
    EXPECT_EQ(mode(here() / "secret"), 0600U);
    fs::permissions(guest("b") / "d", fs::perms(0700));
    fs::permissions(guest("b") / "d" / "f", fs::perms(0));
    fs::permissions(guest("b") / "d" / "run", fs::perms(04700));
    EXPECT_EQ(cp({(here() / "d" / ".").string(), "b:d"}).code, 0);
    EXPECT_EQ(mode(guest("b") / "d"), 0700U);
    EXPECT_EQ(mode(guest("b") / "d" / "f"), 0U);
    EXPECT_EQ(mode(guest("b") / "d" / "run"), 0700U);
}

TEST_F(CopyByAgent, WhatCannotBeIsTold) {
    write(here() / "f", "f");
    write(here() / "d" / "g", "g");
    write(guest("a") / "file", "old");
    fs::create_directories(guest("a") / "sub" / "f");
    const std::string f = (here() / "f").string();
    const auto told = [&](const std::vector<std::string>& ends) {
        const Result result = cp(ends);
        EXPECT_EQ(result.code, 1);
        return result.err;
    };
    EXPECT_EQ(told({"a:nosuch", here().string()}), "error: a:nosuch: no file 'nosuch'\n");
    EXPECT_EQ(told({f, "a:no/such"}), "error: " + f + ": no folder './no/'\n");
    EXPECT_EQ(told({f, "a:new/"}), "error: " + f + ": no folder './new/'\n");
    EXPECT_EQ(told({f, "a:sub"}), "error: " + f + ": './sub/f' is a folder\n");
    EXPECT_EQ(told({(here() / "d").string(), "a:file"}),
              "error: " + (here() / "d").string() + ": './file' is no folder\n");
    EXPECT_THAT(told({f, f, "a:file"}), StartsWith("error: " + f + ": no folder './file'\n"));
    EXPECT_THAT(told({"a:file", "a:sub", f}),
                StartsWith("error: a:file: no folder '" + f + "' to copy to\n"));
    EXPECT_THAT(told({"a:sub", f}), HasSubstr("f: Not a directory"));
    EXPECT_EQ(os::read_file(guest("a") / "file"), "old");
    EXPECT_EQ(names(guest("a")), (std::vector<std::string>{"file", "sub", "sub/f"}));
    daemon->on("POST /v1/vms/b/exec", problem("unavailable", "no agent in VM b answers"), 503);
    EXPECT_EQ(told({f, "b:"}), "error: " + f + ": no agent in VM b answers\n");
}

TEST_F(CopyByAgent, ExistingFilesAndFoldersAreReplacedAndFilled) {
    write(here() / "d" / "f", "new", 0640);
    write(guest("a") / "d" / "f", "old");
    write(guest("a") / "d" / "stays", "stays");
    write(guest("a") / "target", "old");
    fs::create_symlink("target", guest("a") / "link");
    EXPECT_EQ(cp({(here() / "d").string(), "a:"}).code, 0);
    EXPECT_EQ(cp({(here() / "d" / "f").string(), "a:link"}).code, 0);
    EXPECT_EQ(os::read_file(guest("a") / "d" / "f"), "new");
    EXPECT_EQ(status(guest("a") / "d" / "f").st_mode & 07777U, 0644U) << "the old one's";
    EXPECT_TRUE(fs::is_symlink(guest("a") / "link"));
    EXPECT_EQ(os::read_file(guest("a") / "target"), "new");
    EXPECT_EQ(names(guest("a")),
              (std::vector<std::string>{"d", "d/f", "d/stays", "link", "target"}));
    write(guest("a") / "d" / "f", "newer");
    fs::create_symlink("d", here() / "way");
    EXPECT_EQ(cp({"a:d/f", (here() / "way").string()}).code, 0);
    EXPECT_EQ(os::read_file(here() / "d" / "f"), "newer");
    fs::create_symlink("d/f", here() / "file-link");
    EXPECT_EQ(cp({"a:d/stays", (here() / "file-link").string()}).code, 0);
    EXPECT_TRUE(fs::is_symlink(here() / "file-link"));
    EXPECT_EQ(os::read_file(here() / "d" / "f"), "stays");
}

TEST_F(CopyByAgent, PatternsAreTheGuests) {
    write(guest("a") / "x 1.log", "1");
    write(guest("a") / "sub" / "x 2.log", "2");
    write(guest("a") / "x.txt", "3");
    EXPECT_EQ(cp({"a:*.log", here().string()}).code, 0);
    EXPECT_EQ(cp({"a:s?b/*.log", (here() / "named").string()}).code, 0) << "one match";
    EXPECT_EQ(names(here()), (std::vector<std::string>{"named", "x 1.log"}));
    EXPECT_EQ(cp({"a:*.nosuch", here().string()}).err,
              "error: a:./*.nosuch: no file './*.nosuch'\n");
    EXPECT_THAT(cp({"a:x*", (here() / "several").string()}).err,
                HasSubstr("no folder '" + (here() / "several").string() + "' to copy to"));
}

TEST_F(CopyByAgent, BetweenGuestsItPassesThroughHere) {
    make_tree(guest("a") / "tree");
    const Result result = cp({"a:tree", "b:"});
    EXPECT_EQ(result.code, 0) << result.err;
    expect_tree(guest("b") / "tree");
    EXPECT_EQ(cp({"a:tree/one", "b:two"}).code, 0);
    EXPECT_EQ(os::read_file(guest("b") / "two"), "1");
    EXPECT_EQ(cp({"a:tree/deep/.", "b:three"}).code, 0);
    EXPECT_EQ(names(guest("b") / "three").size(), 3U);
    for (const char* name : {"three", "tree"}) {
        const fs::path root = guest("b") / name;
        fs::permissions(name == std::string("tree") ? root / "deep" / "er" : root / "er",
                        fs::perms(0700));
    }
    fs::permissions(guest("a") / "tree" / "deep" / "er", fs::perms(0700));
}

TEST_F(CopyByAgent, BetweenGuestsNothingStaysHere) {
    make_tree(guest("a") / "tree");
    const bool root = ::geteuid() == 0;
    if (root) { // the guest's tar could not read it else
        write(guest("a") / "tree" / "deep" / "none", "none", 0);
    }
    const fs::path between = home.path() / "tmp";
    fs::create_directories(between);
    std::vector<std::string> argv{BANGER_PROGRAM, "vm", "cp", "--agent", "a:tree", "b:"};
    if (root) { // modes count for one without capabilities
        argv.insert(argv.begin(), {"setpriv", "--bounding-set=-all"});
    }
    os::RunOptions options;
    options.env = environment();
    options.env->push_back("TMPDIR=" + between.string());
    const os::Output output = os::run(argv, options);
    EXPECT_EQ(output.status.code, 0) << output.err;
    EXPECT_EQ(output.err, "");
    EXPECT_THAT(names(between), IsEmpty());
    const fs::path deep = guest("b") / "tree" / "deep";
    EXPECT_EQ(status(deep / "er").st_mode & 07777U, 0500U);
    EXPECT_EQ(os::read_file(deep / "er" / "two"), std::string(300000, 'x'));
    if (root) {
        EXPECT_EQ(status(deep / "none").st_mode & 07777U, 0U);
        EXPECT_EQ(os::read_file(deep / "none"), "none");
    }
    for (const char* vm : {"a", "b"}) {
        fs::permissions(guest(vm) / "tree" / "deep" / "er", fs::perms(0700));
    }
}

TEST_F(CopyByAgent, LinksAreFollowedAndWhatIsNoFileIsLeftOut) {
    write(guest("a") / "d" / "f", "f");
    fs::create_hard_link(guest("a") / "d" / "f", guest("a") / "d" / "hard");
    fs::create_symlink("f", guest("a") / "d" / "soft");
    EXPECT_EQ(::mkfifo((guest("a") / "d" / "fifo").c_str(), 0600), 0);
    const Result down = cp({"a:d", here().string()});
    EXPECT_EQ(down.code, 1);
    EXPECT_EQ(down.err, "error: left out ./d/fifo: not a regular file\n");
    EXPECT_EQ(names(here()), (std::vector<std::string>{"d", "d/f", "d/hard", "d/soft"}));
    for (const char* name : {"f", "hard", "soft"}) {
        EXPECT_TRUE(S_ISREG(status(here() / "d" / name).st_mode)) << name;
        EXPECT_EQ(status(here() / "d" / name).st_nlink, 1U) << name;
        EXPECT_EQ(os::read_file(here() / "d" / name), "f") << name;
    }
    EXPECT_EQ(::mkfifo((here() / "d" / "fifo").c_str(), 0600), 0);
    fs::create_symlink("..", here() / "d" / "round");
    const Result up = cp({(here() / "d").string(), "b:"});
    EXPECT_EQ(up.code, 1);
    EXPECT_THAT(up.err, HasSubstr("left out " + (here() / "d" / "fifo").string() +
                                  ": not a regular file\n"));
    EXPECT_THAT(up.err, HasSubstr("round/d: a folder that is in itself, by a symlink\n"));
    EXPECT_EQ(os::read_file(guest("b") / "d" / "soft"), "f");
}

/// They say that they are empty.
TEST_F(CopyByAgent, FilesOfTheKernelAreWhole) {
    const std::string version = os::read_file("/proc/version");
    ASSERT_FALSE(version.empty());
    EXPECT_EQ(cp({"/proc/version", "a:up"}).code, 0);
    EXPECT_EQ(os::read_file(guest("a") / "up"), version);
    EXPECT_EQ(cp({"a:/proc/version", (here() / "down").string()}).code, 0);
    EXPECT_EQ(os::read_file(here() / "down"), version);
    const Result result = cp({"/proc/self/mem", "a:up"});
    EXPECT_NE(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("/proc/self/mem"));
}

TEST_F(CopyByAgent, ABrokenCopyLeavesNothingHalf) {
    write(here() / "f", "old");
    plays("a", [](int fd) { // an archive that ends in the middle of a file, and so does the guest
        std::string head(512, '\0');
        head.replace(0, 3, "./f");
        head.replace(100, 7, "0000644");
        head.replace(124, 11, "00000100000");
        head.replace(136, 11, "00000000000");
        head.replace(156, 1, "0");
        head.replace(257, 5, "ustar");
        head.replace(148, 8, "        ");
        unsigned sum = 0;
        for (const char c : head) {
            sum += static_cast<unsigned char>(c);
        }
        char text[8];
        std::snprintf(text, sizeof text, "%06o", sum);
        head.replace(148, 7, std::string(text, 7));
        const std::string frame =
            std::string("\1\0\0\0\0\x06\0\0", 8) + head + std::string(1024, 'x');
        EXPECT_EQ(::write(fd, frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
    });
    const Result result = cp({"a:f", (here() / "f").string()});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("the guest's agent went away in the middle of the copy"));
    EXPECT_EQ(os::read_file(here() / "f"), "old");
    EXPECT_EQ(names(here()), (std::vector<std::string>{"f"}));
}

TEST_F(CopyByAgent, OneThatIsInterruptedLeavesNothingHalf) {
    write(here() / "up", "");
    write(guest("a") / "down", "");
    fs::resize_file(here() / "up", std::uint64_t{1} << 40U); // it takes long, and no room
    fs::resize_file(guest("a") / "down", std::uint64_t{1} << 40U);
    EXPECT_EQ(interrupted({(here() / "up").string(), "b:"}, guest("b")), 130);
    EXPECT_EQ(interrupted({"a:down", (home.path() / "into").string()}, home.path() / "into"), 130);
}

TEST_F(CopyByAgent, AGuestThatIsNotBelievedWritesNothingElsewhere) {
    plays("a", [](int fd) { answer_as_agent(fd, std::string(100000, 'x')); });
    const Result garbage = cp({"a:f", here().string()});
    EXPECT_EQ(garbage.code, 1);
    EXPECT_THAT(garbage.err, StartsWith("error: a:f: what came from the guest is no archive"));
    plays("a", [](int fd) { answer_as_agent(fd, ""); });
    EXPECT_EQ(cp({"a:f", here().string()}).err, "error: a:f: the guest sent nothing\n");
    plays("a", [](int fd) { answer_as_agent(fd, "", 2); });
    EXPECT_THAT(cp({"a:f", here().string()}).err, HasSubstr("ended with {\"exit\":2}"));
    EXPECT_THAT(names(here()), IsEmpty());
}

TEST_F(CopyByAgent, ADeviceTakesTheBytes) {
    write(guest("a") / "f", "bytes");
    EXPECT_EQ(cp({"a:f", "/dev/stdout"}).out, "bytes");
    EXPECT_EQ(cp({"a:f", "/dev/null"}).code, 0);
    EXPECT_TRUE(S_ISCHR(status("/dev/null").st_mode));
    write(here() / "f", "bytes");
    EXPECT_EQ(cp({(here() / "f").string(), "a:/dev/null"}).code, 0);
    EXPECT_TRUE(S_ISCHR(status("/dev/null").st_mode));
}

TEST_F(CopyByAgent, GoesThatWayWhereSshDoesNotAnswer) {
    write(here() / "f", "f");
    const std::string f = (here() / "f").string();
    fs::create_directories(home.path() / "bin");
    os::write_file_atomic(home.path() / "bin" / "scp", "#!/bin/sh\necho scp\n", 0700);
    EXPECT_EQ(run({"vm", "cp", f, "a:"}).out, "scp\n") << "nothing is known of its guest";
    std::string vm = vm_json("a", "running");
    vm.insert(1, R"("guest":{"state":"ready"},)");
    daemon->on("GET /v1/vms/a", vm);
    const Result result = run({"vm", "cp", f, "a:"});
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.err, "note: a does not answer SSH; this goes by its agent\n");
    EXPECT_EQ(os::read_file(guest("a") / "f"), "f");
}

} // namespace
} // namespace banger::test
