#pragma once

#include "net/link.hpp"
#include "net/netlink.hpp"
#include "os/child.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/passed_files.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"
#include "privileged/jail_list.hpp"
#include "privileged/verb.hpp"
#include "support/mount_namespace.hpp"
#include "support/network_namespace.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::privileged {

constexpr uid_t jail_caller = 4242; ///< on whose behalf the helper runs

struct Pipe {
    os::UniqueFd read;
    os::UniqueFd write;
    Pipe() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        read = os::UniqueFd(ends[0]);
        write = os::UniqueFd(ends[1]);
    }
};

/// A run of jail-run by the helper, and its answer.
struct JailRun {
    std::optional<os::Child> helper;
    os::UniqueFd hold;
    os::UniqueFd sockets;
    nlohmann::json answer;
    Pipe typed;
    Pipe said;
    Pipe errors;

    [[nodiscard]] pid_t pid() const { return answer.at("result").at("pid").get<pid_t>(); }
    [[nodiscard]] uid_t uid() const { return answer.at("result").at("uid").get<uid_t>(); }
    [[nodiscard]] nlohmann::json error() const {
        return answer.value("error", nlohmann::json::object());
    }

    /// What the program in the jail answers to a line.
    std::string ask(const std::string& line) {
        os::write_all(typed.write.get(), line + "\n", "ask");
        return os::read_line(said.read.get(), std::chrono::seconds(10)).value_or("(it ended)");
    }
    std::string sockets_path(const char* name) const {
        return "/proc/self/fd/" + std::to_string(sockets.get()) + "/" + name;
    }
    /// How the helper ends, by itself.
    os::ExitStatus end() {
        const auto status = helper->wait_for(std::chrono::seconds(20));
        EXPECT_TRUE(status) << "the helper goes on";
        return status.value_or(os::ExitStatus{-1, 0});
    }
};

/// Jails that are really made, as root, in namespaces of the test's own.
class JailTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!network_.entered()) {
            GTEST_SKIP() << network_.reason();
        }
        mounts_.emplace();
        if (!mounts_->entered()) {
            GTEST_SKIP() << mounts_->reason();
        }
        std::filesystem::create_directory(programs_);
        std::filesystem::copy_file(JAIL_INMATE, programs_ / "firecracker");
        std::filesystem::copy_file(FAKE_JAILER, programs_ / "jailer");
        files_.emplace("banger-files");
        std::filesystem::permissions(files_->path(), std::filesystem::perms::all);
        if (const std::string reason = no_idmapped_mounts(); !reason.empty()) {
            GTEST_SKIP() << reason;
        }
        take_back();
    }

    void TearDown() override {
        if (mounts_ && mounts_->entered()) {
            take_back();
        }
    }

    /// The cgroups are the machine's, while what the helper has on record ends with the test, and
    /// jails end by themselves after it: returns when nothing of them is left.
    void take_back() {
        for (int tries = 0; tries < 500 && (std::filesystem::exists("/sys/fs/cgroup/banger-jail") ||
                                            std::filesystem::exists("/run/banger-jail"));
             ++tries) {
            (void)verb("jail-clean");
            ::usleep(10'000);
        }
    }

    /// A file of the caller's (or another user's), which only he may touch.
    std::filesystem::path file(const std::string& name, const std::string& text,
                               uid_t owner = jail_caller) const {
        const std::filesystem::path path = files_->path() / name;
        std::ofstream(path) << text;
        EXPECT_EQ(::chmod(path.c_str(), 0600), 0);
        EXPECT_EQ(::chown(path.c_str(), owner, owner), 0);
        return path;
    }

    [[nodiscard]] nlohmann::json request(std::size_t files) const {
        return {{"id", "0123456789ab"},
                {"firecracker", (programs_ / "firecracker").string()},
                {"taps", nlohmann::json::array()},
                {"files", files},
                {"first_uid", 70000},
                {"memory_mib", 0},
                {"cpus", 0},
                {"tasks", 0}};
    }

    static JailRun run(const nlohmann::json& request, const std::vector<os::UniqueFd>& files) {
        JailRun run;
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        run.hold = os::UniqueFd(ends[0]);
        const os::UniqueFd theirs(ends[1]);
        os::SpawnOptions options;
        options.env = std::vector<std::string>{"SUDO_UID=" + std::to_string(jail_caller)};
        options.stdin_fd = theirs.get();
        options.stdout_fd = theirs.get();
        options.stderr_fd = STDERR_FILENO;
        run.helper = os::Child::spawn({BANGER_PRIV, "jail-run"}, options);
        std::vector<int> passed{run.typed.read.get(), run.said.write.get(), run.errors.write.get()};
        for (const os::UniqueFd& file : files) {
            passed.push_back(file.get());
        }
        os::send_line(run.hold.get(), request.dump(), passed, std::chrono::seconds(5));
        run.typed.read.reset();
        run.said.write.reset();
        run.errors.write.reset();
        if (auto answer = os::receive_line(run.hold.get(), std::chrono::seconds(30))) {
            run.answer = nlohmann::json::parse(answer->line);
            if (!answer->files.empty()) {
                run.sockets = std::move(answer->files.front());
            }
        }
        return run;
    }
    /// A jail without files that matter.
    JailRun start() const {
        std::vector<os::UniqueFd> files;
        files.push_back(os::open_file(file("kernel", "kernel"), O_RDONLY));
        JailRun started = run(request(1), files);
        EXPECT_EQ(started.answer.value("ok", false), true) << started.answer;
        return started;
    }

    nlohmann::json verb(const char* name, const nlohmann::json& args = nlohmann::json::object()) {
        net::Netlink netlink;
        Context context{netlink, jail_caller, {}};
        return perform(parse_request(*find_verb(name), args.dump()), context);
    }

    static std::filesystem::path cgroup(uid_t jail) {
        return std::filesystem::path("/sys/fs/cgroup/banger-jail") / std::to_string(jail);
    }
    /// Whether all that jails held is taken back: a process of its own does that, after their end.
    static bool is_taken_back() {
        const auto left = [] {
            return std::filesystem::exists("/sys/fs/cgroup/banger-jail") ||
                   std::filesystem::exists("/run/banger-jail");
        };
        for (int tries = 0; tries < 500 && left(); ++tries) {
            ::usleep(10'000);
        }
        return !left();
    }
    static bool is_dead(pid_t pid) {
        for (int tries = 0; tries < 500; ++tries) {
            if (!std::filesystem::exists("/proc/" + std::to_string(pid))) {
                return true;
            }
            ::usleep(10'000);
        }
        return false;
    }

  private:
    /// The kernel and the file system of the temporary folder decide.
    std::string no_idmapped_mounts() const {
        std::vector<os::UniqueFd> files;
        files.push_back(os::open_file(file("try", "x"), O_RDONLY));
        const JailRun tried = run(request(1), files);
        const nlohmann::json error = tried.error();
        return error.value("kind", "") == "unsupported" ? error.value("message", "") : "";
    }

  protected:
    test::NetworkNamespace network_;
    std::optional<test::MountNamespace> mounts_;
    /// Root's, and not on a file system that may be mounted nosuid, as /tmp may.
    std::filesystem::path programs_ = "/run/banger-programs";
    std::optional<os::TemporaryDir> files_;
};

} // namespace banger::privileged
