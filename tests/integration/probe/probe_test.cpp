#include "integration/plugin/plugin_host.hpp"

#include "os/process.hpp"
#include "plugin/absent_services.hpp"
#include "plugin/probe.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::plugin {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string program = BANGER_PLUGIN_PROGRAM;

struct Probing : testing::Test {
    PluginHost host;
    fs::path log = host.dir.path() / "opened";
    fs::path cache = host.dir.path() / "probes.json";

    Probing() {
        host.settings.probe = program;
        ::setenv("WILD_LOG", log.c_str(), 1);
    }
    ~Probing() override { ::unsetenv("WILD_LOG"); }

    fs::path file(const std::string& id) const { return host.plugins / (id + ".so"); }
    std::string hint(const std::string& id) const {
        return " (see it with: " + program + " probe " + file(id).string() +
               "; get another version of the plugin, or switch it off)";
    }
    /// Processes that wrote `what`, but for this one.
    std::vector<pid_t> others(const std::string& what) const {
        std::vector<pid_t> found;
        std::ifstream lines(log);
        std::string word;
        for (pid_t pid = 0; lines >> word >> pid;) {
            if (word == what && pid != ::getpid()) {
                found.push_back(pid);
            }
        }
        return found;
    }
    /// A signal that was sent takes a moment.
    static bool ends_soon(pid_t pid) {
        for (int i = 0; i < 500; ++i) {
            const auto left = os::identify(pid);
            if (!left || !left->alive()) {
                return true;
            }
            ::usleep(10'000);
        }
        return false;
    }
    std::optional<os::Error> ask(const fs::path& plugin, milliseconds time = milliseconds(60000)) {
        const Probe::File asked{plugin, check_ownership(plugin, ::getuid())};
        const auto refusal = Probe(program, cache, time).ask({asked}).at(0);
        return refusal ? std::optional(refusal->error) : std::nullopt;
    }
    std::size_t probes() const { return others("opened").size(); }
};

TEST_F(Probing, WhatEndsTheProbeIsToldAndTheOthersAreActive) {
    for (const char* id : {"wild-good", "wild-segv", "wild-abort", "wild-exit", "wild-liar",
                           "wild-flood", "wild-chatty"}) {
        host.add(id);
    }
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-good").state, State::active);
    EXPECT_EQ(host.info("wild-chatty").state, State::active); // what it prints is no answer
    EXPECT_EQ(host.info("wild-segv").state, State::failed);
    EXPECT_EQ(host.reason("wild-segv"), file("wild-segv").string() +
                                            ": opening it killed the probe with SIGSEGV" +
                                            hint("wild-segv"));
    EXPECT_EQ(host.reason("wild-abort"), file("wild-abort").string() +
                                             ": opening it killed the probe with SIGABRT" +
                                             hint("wild-abort"));
    EXPECT_EQ(host.reason("wild-exit"), file("wild-exit").string() +
                                            ": opening it ended the probe with exit status 0" +
                                            hint("wild-exit"));
    EXPECT_THAT(host.reason("wild-liar"),
                StartsWith(file("wild-liar").string() + ": its probe gave no usable answer: '{{{"));
    EXPECT_EQ(host.reason("wild-flood"), file("wild-flood").string() +
                                             ": its probe said more than 1 MiB; it was ended" +
                                             hint("wild-flood"));
}

TEST_F(Probing, SoDoesTheCheckOfTheConfiguration) {
    host.add("wild-good");
    host.add("wild-segv");
    const AbsentServices services;
    Catalog catalog(host.settings, services.get());
    EXPECT_THAT(catalog.check(),
                ElementsAre(StartsWith(
                    "config.yaml:1:1: plugins.entries.wild-segv: " + file("wild-segv").string() +
                    ": opening it killed the probe with SIGSEGV")));
}

TEST_F(Probing, OneThatHangsIsEnded) {
    host.add("wild-hang");
    const auto error = ask(file("wild-hang"), milliseconds(2500));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->what(), file("wild-hang").string() +
                                 ": opening it did not end within 2500 ms; its probe was ended");
    ASSERT_FALSE(others("opened").empty());
    for (const pid_t pid : others("opened")) {
        EXPECT_TRUE(ends_soon(pid)) << pid;
    }
}

TEST_F(Probing, OneThatStartsAProcessIsRefusedAndThatProcessEnds) {
    host.add("wild-fork");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("wild-fork"), file("wild-fork").string() +
                                            ": starts a process when it is opened (a plugin does "
                                            "nothing before its create())");
    ASSERT_FALSE(others("opened").empty()); // it ran; the new process may end before it writes
    for (const pid_t pid : others("forked")) {
        EXPECT_TRUE(ends_soon(pid)) << pid;
    }
}

TEST_F(Probing, AProcessThatHidesFromTheProbeEndsWithIt) {
    host.add("wild-escape");
    static_cast<void>(ask(file("wild-escape")));
    ASSERT_FALSE(others("escaped").empty());
    for (const pid_t pid : others("escaped")) {
        EXPECT_TRUE(ends_soon(pid)) << pid;
    }
}

TEST_F(Probing, AProbeThatIsNotThereIsTold) {
    host.add("wild-good");
    host.settings.probe = host.dir.path() / "absent";
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("wild-good"),
              file("wild-good").string() +
                  ": it cannot be looked at before it is opened: program " +
                  host.settings.probe.string() +
                  " is not installed (this installation is not complete: install banger again, "
                  "with " +
                  host.settings.probe.string() + ")");
}

TEST_F(Probing, WhatTheLoaderFindsItFindsInTheSameWords) {
    std::ofstream(file("text")) << "hello\n";
    host.settings.entries["text"].place = "config.yaml:1:1";
    host.add("wild-good", "", "other");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("text"),
              file("text").string() + ": not an ELF file; expected an ELF shared library");
    EXPECT_EQ(host.reason("other"), file("other").string() +
                                        ": its id is 'wild-good', expected 'other' as the file is "
                                        "named (rename the file to wild-good.so)");
}

TEST_F(Probing, AGoodFileIsProbedOnceAlsoByTheNextDaemon) {
    host.add("wild-good");
    EXPECT_FALSE(ask(file("wild-good")));
    EXPECT_EQ(probes(), 1U);
    EXPECT_FALSE(ask(file("wild-good")));
    host.settings.probe_cache = cache;
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-good").state, State::active);
    EXPECT_EQ(probes(), 1U);
}

TEST_F(Probing, ABadOneIsProbedEachTime) {
    host.add("wild-segv");
    EXPECT_TRUE(ask(file("wild-segv")));
    EXPECT_TRUE(ask(file("wild-segv")));
    EXPECT_EQ(probes(), 2U);
}

TEST_F(Probing, AnotherTimeIsAnotherFile) {
    host.add("wild-good");
    EXPECT_FALSE(ask(file("wild-good")));
    const std::array<timespec, 2> times{{{0, UTIME_OMIT}, {1'000'000'000, 1}}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file("wild-good").c_str(), times.data(), 0), 0);
    EXPECT_FALSE(ask(file("wild-good")));
    EXPECT_EQ(probes(), 2U);
}

TEST_F(Probing, SoIsAnotherSizeOfTheSameTime) {
    host.add("wild-good");
    struct stat before {};
    ASSERT_EQ(::stat(file("wild-good").c_str(), &before), 0);
    EXPECT_FALSE(ask(file("wild-good")));
    std::ofstream(file("wild-good"), std::ios::app) << "x";
    const std::array<timespec, 2> times{{{0, UTIME_OMIT}, before.st_mtim}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file("wild-good").c_str(), times.data(), 0), 0);
    EXPECT_FALSE(ask(file("wild-good")));
    EXPECT_EQ(probes(), 2U);
}

TEST_F(Probing, SoIsAnotherInodeOfTheSameSizeAndTime) {
    host.add("wild-good");
    struct stat before {};
    ASSERT_EQ(::stat(file("wild-good").c_str(), &before), 0);
    EXPECT_FALSE(ask(file("wild-good")));
    const fs::path other = host.plugins / "new";
    fs::copy_file(file("wild-good"), other);
    const std::array<timespec, 2> times{{{0, UTIME_OMIT}, before.st_mtim}};
    ASSERT_EQ(::utimensat(AT_FDCWD, other.c_str(), times.data(), 0), 0);
    fs::rename(other, file("wild-good"));
    EXPECT_FALSE(ask(file("wild-good")));
    EXPECT_EQ(probes(), 2U);
}

TEST_F(Probing, SoIsAnotherPath) {
    host.add("wild-good");
    EXPECT_FALSE(ask(file("wild-good")));
    const fs::path other = host.dir.path() / "other";
    fs::create_directory(other);
    fs::create_hard_link(file("wild-good"), other / "wild-good.so");
    EXPECT_FALSE(ask(other / "wild-good.so"));
    EXPECT_EQ(probes(), 2U);
}

TEST_F(Probing, ACacheThatCannotBeWrittenOrReadCostsAProbe) {
    host.add("wild-good");
    cache = host.dir.path() / "absent" / "probes.json";
    EXPECT_FALSE(ask(file("wild-good")));
    EXPECT_FALSE(ask(file("wild-good")));
    EXPECT_EQ(probes(), 2U);
    cache = host.dir.path() / "damaged.json";
    std::ofstream(cache) << R"({"probe": 3, "good")";
    EXPECT_FALSE(ask(file("wild-good")));
    EXPECT_EQ(probes(), 3U);
}

TEST_F(Probing, SeveralRunAtATime) {
    host.add("wild-hang");
    const Probe::File hang{file("wild-hang"), check_ownership(file("wild-hang"), ::getuid())};
    std::vector<std::optional<Probe::Refusal>> verdicts;
    std::thread asking([&] {
        verdicts = Probe(program, "", milliseconds(60000)).ask({hang, hang});
    });
    for (int i = 0; i < 5000 && others("opened").size() < 2; ++i) {
        ::usleep(10'000);
    }
    const auto both = others("opened");
    EXPECT_EQ(both.size(), 2U); // while the first hangs, the second has begun
    for (const pid_t pid : both) {
        const auto process = os::identify(pid);
        EXPECT_TRUE(process && process->alive()) << pid;
        ::kill(pid, SIGKILL);
    }
    asking.join();
    ASSERT_EQ(verdicts.size(), 2U);
    EXPECT_TRUE(verdicts.at(0) && verdicts.at(1));
}

// ---- whose files and folders count ----

TEST_F(Probing, TheFoldersOfALinkCountAsThoseOfTheFile) {
    const fs::path open = host.dir.path() / "open";
    fs::create_directory(open);
    host.add("wild-good");
    fs::rename(file("wild-good"), host.dir.path() / "wild-good.so");
    fs::create_symlink(host.dir.path() / "wild-good.so", open / "link");
    fs::create_symlink(open / "link", file("wild-good"));
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("wild-good").state, State::active);
    ::chmod(open.c_str(), 0777); // whoever replaces the link there chooses the file
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("wild-good"), open.string() +
                                            ": writable by everybody; whoever can change a plugin "
                                            "runs code as you (chmod o-w " +
                                            open.string() + ")");
}

TEST_F(Probing, ALinkOfAnotherUserIsRefused) {
    if (::getuid() != 0) {
        GTEST_SKIP() << "needs root to give a link away";
    }
    host.add("wild-good");
    fs::rename(file("wild-good"), host.dir.path() / "wild-good.so");
    fs::create_symlink(host.dir.path() / "wild-good.so", file("wild-good"));
    ASSERT_EQ(::lchown(file("wild-good").c_str(), 12345, 0), 0);
    EXPECT_EQ(host.load(), "");
    EXPECT_THAT(host.reason("wild-good"),
                StartsWith(file("wild-good").string() + ": owned by uid 12345"));
}

TEST_F(Probing, LinksThatGoRoundAreAnError) {
    fs::create_symlink(file("wild-good"), host.plugins / "b");
    fs::create_symlink(host.plugins / "b", file("wild-good"));
    host.settings.entries["wild-good"].place = "config.yaml:1:1";
    EXPECT_EQ(host.load(), "");
    EXPECT_THAT(host.reason("wild-good"), HasSubstr("Too many levels of symbolic links"));
}

} // namespace
} // namespace banger::plugin
