#include "plugin/breadcrumb.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "plugin/call.hpp"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::plugin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const FileIdentity nat_file{.device = 1, .inode = 2, .size = 3, .mtime_ns = 4};
const CallSite starting{
    .hook = "before_start", .vm_id = "0123456789ab", .vm_name = "web", .operation = "op7"};

void write_nowhere() {
    static volatile std::uintptr_t nowhere = 0;
    *reinterpret_cast<volatile int*>(nowhere) = 1;
}

int overflow(volatile char* before) { // NOLINT(misc-no-recursion): that is the point
    volatile char frame[4096];
    frame[0] = before != nullptr ? before[0] : 'x';
    return frame[0] == 'y' ? 0 : overflow(frame) + frame[0]; // it is never y
}

struct Crumbs : testing::Test {
    os::TemporaryDir dir;
    std::filesystem::path file = dir.path() / "plugin-calls";
    int status = 0; ///< of the last daemon, as waitpid() has it

    /// A daemon that ends like that.
    void daemon(const std::function<void(Breadcrumb&)>& life) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            const rlimit none{0, 0};
            ::setrlimit(RLIMIT_CORE, &none);
            const int null = ::open("/dev/null", O_WRONLY); // a sanitizer's report
            ::dup2(null, STDERR_FILENO);
            {
                Breadcrumb calls(file, [](const auto&) {});
                calls.note_file("nat", nat_file);
                life(calls);
            }
            ::_exit(0);
        }
        ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    }
    /// On a worker, as the guard has them: with every signal blocked.
    static void on_worker(const std::function<void()>& work) {
        sigset_t all;
        sigset_t before;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        std::thread worker(work);
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        worker.join();
    }
    std::vector<CutCall> left() {
        std::vector<CutCall> told;
        const Breadcrumb calls(file, [&](const auto& given) { told = given; });
        elsewhere = calls.elsewhere();
        return told;
    }
    /// It crashes in a call, on a worker.
    void crash(const std::function<void()>& how, const std::string& expected) {
        daemon([&](Breadcrumb& calls) {
            on_worker([&] {
                const CallMark mark(&calls, "nat", starting);
                how();
            });
        });
        const auto calls = left();
        ASSERT_THAT(calls, SizeIs(1));
        EXPECT_EQ(calls[0].how, expected);
        EXPECT_EQ(calls[0].plugin, "nat");
        EXPECT_EQ(calls[0].text(), "before_start of VM web");
        EXPECT_EQ(calls[0].operation, "op7");
        EXPECT_EQ(calls[0].file, nat_file.text());
        EXPECT_EQ(elsewhere, "");
    }
    /// By that signal, or by a sanitizer that has told of it.
    bool died_of(int signal) const {
        return (WIFSIGNALED(status) && WTERMSIG(status) == signal) ||
               (WIFEXITED(status) && WEXITSTATUS(status) != 0);
    }
    std::string elsewhere;
};

TEST_F(Crumbs, AFaultIsOfThePluginThatRan) {
    crash(write_nowhere, "SIGSEGV");
    EXPECT_TRUE(died_of(SIGSEGV));
}

TEST_F(Crumbs, SoIsAStackThatIsUsedUp) {
    crash([] { static_cast<void>(overflow(nullptr)); }, "SIGSEGV");
    EXPECT_TRUE(died_of(SIGSEGV));
}

TEST_F(Crumbs, SoIsAbort) {
    crash([] { std::abort(); }, "SIGABRT");
    EXPECT_TRUE(died_of(SIGABRT));
}

TEST_F(Crumbs, SoIsExitWhichIsNoCleanEndThen) {
    crash([] { std::exit(0); }, "exit()");
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 70);
    crash([] { std::quick_exit(0); }, "exit()");
    EXPECT_EQ(WEXITSTATUS(status), 70);
}

TEST_F(Crumbs, AThreadThatIsInNoCallIsOfThePluginWhoseCodeItRuns) {
    const std::map<std::string, std::function<void()>> ways{
        {"SIGSEGV", write_nowhere},
        {"SIGABRT", [] { std::abort(); }}, // as an exception does that nobody catches
        {"exit()", [] { std::exit(0); }}};
    for (const auto& [how, way] : ways) {
        daemon([&way = way](Breadcrumb& calls) {
            calls.note_code("nat", &nat_file); // this program is its code
            std::thread(way).join();
        });
        const auto calls = left();
        ASSERT_THAT(calls, SizeIs(1)) << how;
        EXPECT_EQ(calls[0].how, how);
        EXPECT_EQ(calls[0].plugin, "nat");
        EXPECT_EQ(calls[0].text(), "a thread of its own");
        EXPECT_EQ(calls[0].file, nat_file.text());
    }
}

TEST_F(Crumbs, OtherFatalSignals) {
    for (const auto& [signal, name] : std::map<int, std::string>{{SIGBUS, "SIGBUS"},
                                                                 {SIGILL, "SIGILL"},
                                                                 {SIGFPE, "SIGFPE"},
                                                                 {SIGSYS, "SIGSYS"},
                                                                 {SIGTRAP, "SIGTRAP"}}) {
        crash([signal = signal] { ::raise(signal); }, name);
        EXPECT_TRUE(died_of(signal)) << name;
    }
}

TEST_F(Crumbs, AKillFromOutsideIsNobodys) {
    for (const int signal : {SIGKILL, SIGABRT}) {
        daemon([&](Breadcrumb& calls) {
            const CallMark mark(&calls, "nat", starting);
            const pid_t self = ::getpid();
            if (::fork() == 0) {
                ::kill(self, signal);
                ::_exit(0);
            }
            ::sleep(60);
        });
        const auto calls = left();
        ASSERT_THAT(calls, SizeIs(1));
        EXPECT_EQ(calls[0].how, "");
        EXPECT_EQ(calls[0].text(), "before_start of VM web");
        EXPECT_EQ(elsewhere, signal == SIGABRT ? "SIGABRT" : "");
    }
}

TEST_F(Crumbs, AnEndWithoutAWordOfAStartMakesTheOneThatWasAskedSuspect) {
    for (const char* hook : {"open", "create", "init to leave", "on_start", "reconcile_all",
                             "reconcile", "undo of before_start", "leave"}) {
        daemon([&](Breadcrumb& calls) {
            const CallMark thread(&calls, "dns", {.hook = "thread server"});
            on_worker([&] {
                const CallMark mark(&calls, "nat", {.hook = hook});
                ::_exit(0);
            });
        });
        const auto calls = left();
        ASSERT_THAT(calls, SizeIs(1)) << hook;
        EXPECT_EQ(calls[0].how, "");
        EXPECT_TRUE(calls[0].suspect) << hook;
        EXPECT_EQ(calls[0].file, nat_file.text());
    }
}

TEST_F(Crumbs, SeveralCallsOfTheSameOneAreOneSuspicion) {
    daemon([](Breadcrumb& calls) {
        const CallMark one(&calls, "nat", {.hook = "reconcile", .vm_id = "a"});
        const CallMark other(&calls, "nat", {.hook = "reconcile", .vm_id = "b"});
        ::_exit(0);
    });
    const auto calls = left();
    ASSERT_THAT(calls, SizeIs(2));
    EXPECT_NE(calls[0].suspect, calls[1].suspect);
}

TEST_F(Crumbs, NobodyIsSuspectWhenItIsNotClearOrTheDaemonWasUp) {
    daemon([](Breadcrumb& calls) { // who of the two?
        const CallMark one(&calls, "nat", {.hook = "reconcile"});
        const CallMark other(&calls, "dns", {.hook = "reconcile"});
        ::_exit(0);
    });
    EXPECT_THAT(left(), testing::Each(testing::Field(&CutCall::suspect, false)));
    daemon([](Breadcrumb& calls) { // not of the start
        const CallMark mark(&calls, "nat", starting);
        ::_exit(0);
    });
    EXPECT_FALSE(left().at(0).suspect);
    daemon([](Breadcrumb& calls) { // it died of something else
        const CallMark mark(&calls, "nat", {.hook = "on_start"});
        std::thread(write_nowhere).join();
    });
    EXPECT_FALSE(left().at(0).suspect);
    daemon([](Breadcrumb& calls) {
        calls.end_of_start();
        const CallMark mark(&calls, "nat", {.hook = "leave"});
        ::raise(SIGKILL);
    });
    EXPECT_FALSE(left().at(0).suspect);
}

TEST_F(Crumbs, AFaultElsewhereIsNotThatOfAPluginThatRanMeanwhile) {
    daemon([](Breadcrumb& calls) {
        on_worker([&] {
            const CallMark mark(&calls, "nat", starting);
            std::thread(write_nowhere).join();
        });
    });
    const auto calls = left();
    ASSERT_THAT(calls, SizeIs(1));
    EXPECT_EQ(calls[0].how, "");
    EXPECT_EQ(elsewhere, "SIGSEGV");
}

TEST_F(Crumbs, EndedCallsAndACleanEndLeaveNothing) {
    daemon([](Breadcrumb& calls) { const CallMark mark(&calls, "nat", starting); });
    EXPECT_FALSE(std::filesystem::exists(file));
    daemon([](Breadcrumb& calls) {
        { const CallMark mark(&calls, "nat", starting); }
        ::raise(SIGKILL);
    });
    EXPECT_THAT(left(), IsEmpty());
}

TEST_F(Crumbs, AThreadOfAPluginIsToldOnlyWhenItIsTheCause) {
    daemon([](Breadcrumb& calls) {
        const CallMark mark(&calls, "nat", {.hook = "thread server"});
        ::raise(SIGKILL);
    });
    EXPECT_THAT(left(), IsEmpty());
    daemon([](Breadcrumb& calls) {
        const CallMark mark(&calls, "nat", {.hook = "thread server"});
        write_nowhere();
    });
    EXPECT_THAT(left(), SizeIs(1));
}

TEST_F(Crumbs, SeveralAtATimeAndOneInsideAnother) {
    daemon([](Breadcrumb& calls) {
        const CallMark outer(&calls, "dns", {.hook = "open"});
        std::thread other([&] {
            const CallMark mark(&calls, "nat", starting);
            write_nowhere();
        });
        other.join();
    });
    auto calls = left();
    ASSERT_THAT(calls, SizeIs(2));
    for (const CutCall& call : calls) {
        EXPECT_EQ(call.how, call.plugin == "nat" ? "SIGSEGV" : "") << call.plugin;
    }
}

TEST_F(Crumbs, MoreThanFitAreNotNoted) {
    std::vector<std::unique_ptr<CallMark>> marks;
    Breadcrumb calls(file, [](const auto&) {});
    for (int i = 0; i < 300; ++i) {
        marks.push_back(std::make_unique<CallMark>(&calls, "nat", starting));
    }
    marks.clear();
    const CallMark again(&calls, std::string(500, 'x'), {.hook = std::string(500, 'y')});
}

TEST_F(Crumbs, ADamagedFileIsNone) {
    for (const std::string& content : {std::string(), std::string("x"), std::string(60000, 'x')}) {
        std::ofstream(file) << content;
        EXPECT_THAT(left(), IsEmpty());
    }
}

TEST_F(Crumbs, WithoutAFileCallsGoOn) {
    Breadcrumb calls(dir.path() / "absent" / "calls", [](const auto&) {});
    const CallMark mark(&calls, "nat", starting);
    const CallMark none(nullptr, "nat", starting);
}

TEST_F(Crumbs, ALinkAPipeOrAnEmptyFolderInItsPlaceGoes) {
    const auto target = dir.path() / "elsewhere";
    for (int what = 0; what < 3; ++what) {
        if (what == 0) {
            std::ofstream(target) << "mine";
            std::filesystem::create_symlink(target, file);
        } else if (what == 1) {
            ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
        } else {
            std::filesystem::create_directory(file);
        }
        const Breadcrumb calls(file, [](const auto&) {});
        EXPECT_EQ(calls.trouble(), "");
        EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(file)));
    }
    EXPECT_EQ(std::filesystem::file_size(target), 4U);
}

TEST_F(Crumbs, OneThatCannotBeKeptSaysWhy) {
    std::filesystem::create_directories(file / "full");
    const Breadcrumb calls(file, [](const auto&) {});
    EXPECT_THAT(calls.trouble(), testing::StartsWith("remove the folder " + file.string()));
}

TEST_F(Crumbs, WhatCouldNotBeTakenOverIsLeftForTheNextDaemon) {
    daemon([](Breadcrumb& calls) {
        on_worker([&] {
            const CallMark mark(&calls, "nat", starting);
            ::raise(SIGKILL);
        });
    });
    {
        const Breadcrumb calls(file, [](const auto&) {
            throw os::Error(os::ErrorKind::exhausted, "the disk is full");
        });
        EXPECT_THAT(calls.left(), SizeIs(1));
        EXPECT_EQ(calls.trouble(), "the disk is full");
    }
    EXPECT_THAT(left(), SizeIs(1));
    EXPECT_THAT(left(), IsEmpty());
}

} // namespace
} // namespace banger::plugin
