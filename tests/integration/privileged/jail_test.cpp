// jail-run and jail-clean: a jail of the helper, with a jailer that does what Firecracker's does.

#include "jail_fixture.hpp"

#include "privileged/jail_lease.hpp"
#include "privileged/step_lock.hpp"

#include <csignal>

#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>

namespace banger::privileged {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string text_of(const fs::path& path) {
    return os::read_file(path);
}

/// Whether a process of that user reaches a socket by a path of ours.
bool connects_as(uid_t user, const std::string& path) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setresgid(user, user, user) != 0 || ::setresuid(user, user, user) != 0) {
            ::_exit(2);
        }
        try {
            (void)os::connect_unix(path);
            ::_exit(0);
        } catch (const os::Error&) {
            ::_exit(1);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(JailTest, AVmmIsAUserOfItsOwnInARootOfItsOwn) {
    JailRun jail = start();
    const std::string uid = std::to_string(jail.uid());
    EXPECT_GE(jail.uid(), 70000U);
    EXPECT_EQ(jail.ask("who"), uid + " " + uid + " 0 2 /");
    EXPECT_EQ(jail.ask("read /etc/passwd"), "No such file or directory");
    EXPECT_EQ(jail.ask("list /files"), "0 ");
    EXPECT_EQ(jail.ask("read /files/0"), "kernel");
    const std::string arguments = jail.ask("arguments");
    EXPECT_NE(arguments.find("--id 0123456789ab "), std::string::npos);
    EXPECT_NE(arguments.find("--api-sock /vm/api.sock --log-path /vm/vmm.log --level Warning "),
              std::string::npos);
    struct stat info {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(jail.pid())).c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, jail.uid()) << "the pid is that of the VMM, for us";
    EXPECT_NE(fs::read_symlink("/proc/" + std::to_string(jail.pid()) + "/ns/ipc"),
              fs::read_symlink("/proc/self/ns/ipc"));
    EXPECT_FALSE(fs::exists("/run/banger-jail/firecracker")) << "the root is seen by nobody else";
}

TEST_F(JailTest, FilesAreTheJailsUsersInItAndTheCallersOutside) {
    std::vector<os::UniqueFd> files;
    const fs::path kernel = file("kernel", "kernel");
    const fs::path disk = file("disk", "old");
    const fs::path base = file("base", "base", 0);
    files.push_back(os::open_file(kernel, O_RDONLY));
    files.push_back(os::open_file(disk, O_RDWR));
    files.push_back(os::open_file(base, O_RDONLY)); // root's: the caller could read it
    JailRun jail = run(request(3), files);
    ASSERT_EQ(jail.answer["ok"], true) << jail.answer;
    EXPECT_EQ(jail.ask("write /files/1 new"), "ok");
    EXPECT_EQ(text_of(disk), "new");
    EXPECT_EQ(jail.ask("read /files/2"), "base");
    EXPECT_EQ(jail.ask("write /files/0 x"), "Read-only file system");
    EXPECT_EQ(jail.ask("write /files/2 x"), "Read-only file system");
    EXPECT_EQ(jail.ask("chmod /files/2"), "Read-only file system");
    for (const fs::path& path : {kernel, disk, base}) {
        struct stat info {};
        ASSERT_EQ(::stat(path.c_str(), &info), 0);
        EXPECT_EQ(info.st_uid, path == base ? 0 : jail_caller) << path;
        EXPECT_EQ(info.st_mode & 07777U, 0600U) << path;
    }
}

TEST_F(JailTest, WhatIsNotTheCallersOrNoFileIsRefused) {
    const fs::path secret = file("secret", "s", 0);
    const auto refused = [&](const fs::path& path, int flags) {
        std::vector<os::UniqueFd> files;
        files.push_back(os::open_file(path, flags));
        return run(request(1), files).error().value("kind", "accepted");
    };
    EXPECT_EQ(refused(secret, O_RDWR), "permission") << "another's may not be written";
    EXPECT_EQ(refused(secret, O_PATH), "invalid") << "no right is needed to open it so";
    EXPECT_EQ(refused(secret, O_WRONLY), "invalid");
    EXPECT_EQ(refused("/dev/null", O_RDWR), "invalid");
    EXPECT_EQ(refused("/", O_RDONLY), "invalid");
    EXPECT_EQ(refused("/proc/self/environ", O_RDONLY), "unsupported");
    EXPECT_EQ(run(request(1), {}).error()["kind"], "invalid") << "none came";
    std::vector<os::UniqueFd> more;
    more.push_back(os::open_file(file("kernel", "k"), O_RDONLY));
    more.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(run(request(1), more).error()["kind"], "invalid") << "no lock is on a socket";
    EXPECT_TRUE(all_jails().empty());
    EXPECT_FALSE(fs::exists("/sys/fs/cgroup/banger-jail"));
}

TEST_F(JailTest, ProgramsThatOthersMayChangeAreNotRun) {
    std::vector<os::UniqueFd> files;
    files.push_back(os::open_file(file("kernel", "k"), O_RDONLY));
    json args = request(1);
    const fs::path jailer = programs_ / "jailer";
    ASSERT_EQ(::chown(jailer.c_str(), jail_caller, 0), 0);
    EXPECT_EQ(run(args, files).error()["kind"], "permission");
    fs::remove(jailer);
    EXPECT_EQ(run(args, files).error()["kind"], "not_found");
    fs::create_symlink("/bin/sh", jailer);
    EXPECT_EQ(run(args, files).error()["kind"], "invalid");
    args["firecracker"] = "/bin/sh";
    EXPECT_EQ(run(args, files).error()["kind"], "invalid");
    args["firecracker"] = file("firecracker", "#!/bin/sh\n").string();
    EXPECT_EQ(run(args, files).error()["kind"], "permission");
}

TEST_F(JailTest, WhatAUsersMountShowsAsRootsIsNotRun) {
    const fs::path media = "/run/media"; // as udisks mounts a user's file system image
    fs::create_directory(media);
    ASSERT_EQ(::mount("media", media.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"), 0);
    fs::copy(programs_, media);
    std::vector<os::UniqueFd> files;
    files.push_back(os::open_file(file("kernel", "k"), O_RDONLY));
    json args = request(1);
    args["firecracker"] = media / "firecracker";
    EXPECT_EQ(run(args, files).error()["kind"], "permission");
    fs::create_symlink(media / "firecracker", "/run/firecracker");
    args["firecracker"] = "/run/firecracker";
    EXPECT_EQ(run(args, files).error()["kind"], "permission");
}

TEST_F(JailTest, ItsSocketsAreReachedByItsCallerOnly) {
    JailRun jail = start();
    EXPECT_EQ(jail.ask("listen /vm/api.sock"), "ok");
    EXPECT_TRUE(connects_as(jail_caller, jail.sockets_path("api.sock")));
    const os::UniqueFd log = os::open_file(jail.sockets_path("vmm.log"), O_RDWR | O_NONBLOCK);
    EXPECT_EQ(jail.ask("write /vm/vmm.log words"), "ok");
    std::array<char, 16> said{};
    EXPECT_EQ(::read(log.get(), said.data(), said.size()), 5);
    jail.sockets.reset(); // nobody has a path any more
    EXPECT_EQ(jail.ask("exit 0"), "(it ended)");
}

TEST_F(JailTest, AnotherJailIsAnotherUser) {
    JailRun one = start();
    JailRun two = start();
    EXPECT_NE(one.uid(), two.uid());
    EXPECT_EQ(one.ask("listen /vm/api.sock"), "ok");
    EXPECT_EQ(two.ask("list /vm"), "vmm.log ");
    EXPECT_TRUE(fs::exists(cgroup(one.uid())));
    EXPECT_TRUE(fs::exists(cgroup(two.uid())));
}

TEST_F(JailTest, TheHelperEndsAsTheVmmDoesAndLeavesNothing) {
    JailRun jail = start();
    const uid_t uid = jail.uid();
    EXPECT_NE(jail.ask("cgroup").find("/banger-jail/" + std::to_string(uid)), std::string::npos);
    os::write_all(jail.typed.write.get(), "exit 148\n", "ask");
    EXPECT_EQ(jail.end().code, 148);
    EXPECT_TRUE(is_taken_back());

    JailRun other = start();
    EXPECT_EQ(other.uid(), uid) << "a free one is taken again";
    os::write_all(other.typed.write.get(), "signal 11\n", "ask");
    EXPECT_EQ(other.end().signal, SIGSEGV);
}

TEST_F(JailTest, TheVmmAndAllThatItStartedEndWithTheCaller) {
    JailRun jail = start();
    EXPECT_EQ(jail.ask("fork"), "ok");
    const pid_t vmm = jail.pid();
    const std::string processes = text_of(cgroup(jail.uid()) / "cgroup.procs");
    EXPECT_EQ(std::count(processes.begin(), processes.end(), '\n'), 3) << processes;
    jail.hold.reset();
    EXPECT_EQ(jail.end().signal, SIGKILL);
    EXPECT_TRUE(is_dead(vmm));
    EXPECT_TRUE(is_taken_back());
}

TEST_F(JailTest, ItsEndIsToldWhileTheStepOfAnotherIsUnderWay) {
    JailRun jail = start();
    StepLock step = StepLock::take();
    os::write_all(jail.typed.write.get(), "exit 3\n", "ask");
    const auto status = jail.helper->wait_for(5s); // the lock is waited for twice as long
    ASSERT_TRUE(status);
    EXPECT_EQ(status->code, 3);
    ASSERT_EQ(all_jails().size(), 1U);
    EXPECT_FALSE(all_jails()[0].dead) << "somebody is to take it back";
    step.release();
    EXPECT_TRUE(is_taken_back());
}

TEST_F(JailTest, NoVmmOutlivesAHelperThatIsKilled) {
    verb("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}});
    verb("tap-create", {{"tap", "bgr1"}, {"bridge", "banger"}, {"owner_uid", jail_caller}});
    std::vector<os::UniqueFd> files;
    files.push_back(os::open_file(file("kernel", "kernel"), O_RDONLY));
    json args = request(1);
    args["taps"] = {"bgr1"};
    JailRun jail = run(args, files);
    ASSERT_EQ(jail.answer["ok"], true) << jail.answer;
    EXPECT_EQ(jail.ask("fork"), "ok");
    const pid_t vmm = jail.pid();
    const uid_t uid = jail.uid();
    jail.helper->kill(SIGKILL);
    (void)jail.helper->wait();
    EXPECT_TRUE(is_dead(vmm));

    const auto left = [] { return fs::exists("/run/banger-jail"); };
    EXPECT_TRUE(left());
    EXPECT_EQ(verb("jail-clean")["cleaned"], json({uid}));
    EXPECT_FALSE(left());
    EXPECT_FALSE(fs::exists(cgroup(uid)));
    EXPECT_EQ(net::links().back().tap_owner, jail_caller);
    EXPECT_EQ(verb("jail-clean")["cleaned"], json::array());
}

TEST_F(JailTest, ACallerWhoKeepsItsFileLockedKeepsNoDeadJail) {
    JailRun jail = start();
    const fs::path place = fs::path("/run/banger-jail") / std::to_string(jail.uid());
    struct stat info {};
    ASSERT_EQ(::stat(place.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 0U);
    EXPECT_EQ(info.st_mode & 07777U, 0444U);
    const os::UniqueFd reader = os::open_file(place, O_RDONLY);
    struct flock lock {};
    lock.l_type = F_RDLCK;
    EXPECT_EQ(::fcntl(reader.get(), F_OFD_SETLK, &lock), -1) << "a living jail's";
    ASSERT_EQ(::flock(reader.get(), LOCK_EX), 0);
    ASSERT_EQ(all_jails().size(), 1U);
    EXPECT_FALSE(all_jails()[0].dead);
    EXPECT_EQ(all_jails()[0].caller, jail_caller);
    EXPECT_EQ(verb("jail-clean")["cleaned"], json::array());

    const pid_t vmm = jail.pid();
    jail.helper->kill(SIGKILL);
    (void)jail.helper->wait();
    EXPECT_TRUE(is_dead(vmm));
    // The first process has the lock as well, and is buried by init.
    for (int tries = 0; tries < 500 && !all_jails()[0].dead; ++tries) {
        ::usleep(10'000);
    }
    ASSERT_EQ(::fcntl(reader.get(), F_OFD_SETLK, &lock), 0);
    EXPECT_EQ(verb("jail-clean")["cleaned"], json({jail.uid()}));
    EXPECT_FALSE(fs::exists("/run/banger-jail"));
}

TEST_F(JailTest, OneCallerDoesNotTakeTheNumbersOfAll) {
    fs::create_directory("/run/banger-jail");
    std::vector<os::UniqueFd> held;
    for (std::size_t i = 0; i < max_own_jails; ++i) {
        const fs::path place = fs::path("/run/banger-jail") / std::to_string(70000 + i);
        std::ofstream(place) << jail_text("0123456789ab", jail_caller);
        held.push_back(os::open_file(place, O_RDWR));
        hold_jail(held.back(), place);
    }
    std::vector<os::UniqueFd> files;
    files.push_back(os::open_file(file("kernel", "kernel"), O_RDONLY));
    EXPECT_EQ(run(request(1), files).error()["kind"], "exhausted");
    held.pop_back(); // a dead one is none
    EXPECT_EQ(run(request(1), files).answer["ok"], true);
}

TEST_F(JailTest, ATapIsTheJailsWhileItRunsAndTheCallersInAllElse) {
    verb("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}});
    const json tap{{"tap", "bgr1"}, {"bridge", "banger"}, {"owner_uid", jail_caller}};
    verb("tap-create", tap);
    std::vector<os::UniqueFd> files;
    files.push_back(os::open_file(file("kernel", "kernel"), O_RDONLY));
    json args = request(1);
    args["taps"] = {"bgr1"};
    JailRun jail = run(args, files);
    ASSERT_EQ(jail.answer["ok"], true) << jail.answer;
    EXPECT_EQ(jail.ask("tap bgr1"), "ok");
    EXPECT_EQ(net::links().back().tap_owner, jail.uid());
    const json listed = verb("links")["links"].back();
    EXPECT_EQ(listed["mine"], true);
    EXPECT_EQ(listed["in_use"], true);
    EXPECT_EQ(verb("tap-create", tap)["existed"], true);
    jail.hold.reset();
    (void)jail.end();
    EXPECT_TRUE(is_taken_back());
    EXPECT_EQ(net::links().back().tap_owner, jail_caller);
    EXPECT_EQ(verb("tap-delete", {{"tap", "bgr1"}})["existed"], true);

    args["taps"] = {"bgr2"};
    EXPECT_EQ(run(args, files).error()["kind"], "not_found");
    net::Netlink netlink;
    Context other{netlink, 4343, {}};
    const auto made = perform(parse_request(*find_verb("bridge-ensure"),
                                            R"({"bridge":"banger-2","address":"172.30.89.1/24"})"),
                              other);
    json foreign{{"tap", "bgr3"}, {"bridge", "banger-2"}, {"owner_uid", 4343}};
    (void)perform(parse_request(*find_verb("tap-create"), foreign.dump()), other);
    args["taps"] = {"bgr3"};
    EXPECT_EQ(run(args, files).error()["kind"], "conflict") << "another user's tap";
}

TEST_F(JailTest, LocksOfTheCallerAreKeptUntilTheVmmIsDead) {
    const fs::path disk = file("disk", "d");
    std::vector<os::UniqueFd> files;
    files.push_back(os::open_file(disk, O_RDWR));
    files.push_back(os::open_file(disk, O_RDONLY));
    struct flock lock {};
    lock.l_type = F_RDLCK;
    ASSERT_EQ(::fcntl(files[1].get(), F_OFD_SETLK, &lock), 0);
    JailRun jail = run(request(1), files);
    ASSERT_EQ(jail.answer["ok"], true) << jail.answer;
    files.clear();
    const os::UniqueFd look = os::open_file(disk, O_RDWR);
    const auto locked = [&] {
        struct flock probe {};
        probe.l_type = F_WRLCK;
        return ::fcntl(look.get(), F_OFD_GETLK, &probe) == 0 && probe.l_type != F_UNLCK;
    };
    EXPECT_TRUE(locked());
    jail.hold.reset();
    (void)jail.end();
    EXPECT_FALSE(locked());
}

TEST_F(JailTest, OtherCgroupsAreRefused) {
    ASSERT_EQ(::umount2("/sys/fs/cgroup", MNT_DETACH), 0);
    std::vector<os::UniqueFd> files;
    files.push_back(os::open_file(file("kernel", "k"), O_RDONLY));
    const json error = run(request(1), files).error();
    EXPECT_EQ(error["kind"], "unsupported");
    EXPECT_NE(error["hint"].get<std::string>().find("unified_cgroup_hierarchy"), std::string::npos);
    EXPECT_FALSE(fs::exists("/run/banger-jail")) << "nothing is left of a jail that is not made";
}

TEST_F(JailTest, AControllerThatALimitNeedsIsMissed) {
    std::vector<os::UniqueFd> files;
    files.push_back(os::open_file(file("kernel", "k"), O_RDONLY));
    json args = request(1);
    args["tasks"] = 20;
    JailRun jail = run(args, files);
    const std::string controllers = text_of("/sys/fs/cgroup/cgroup.controllers");
    if (controllers.find("pids") == std::string::npos) {
        EXPECT_EQ(jail.error()["kind"], "unsupported") << jail.answer;
        GTEST_SKIP() << "this machine has pids in cgroups of version 1: no limit is tried";
    }
    ASSERT_EQ(jail.answer["ok"], true) << jail.answer;
    EXPECT_EQ(text_of(cgroup(jail.uid()) / "pids.max"), "20\n");
}

} // namespace
} // namespace banger::privileged
