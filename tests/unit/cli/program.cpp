#include "program.hpp"

#include "os/run.hpp"

#include <chrono>
#include <thread>

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::test {

ProgramTest::ProgramTest() {
    const auto below = [&](const char* name) { return home.path() / name / "banger"; };
    paths = {below("config"), below("data"), below("state"), below("run")};
    for (const auto& path : {paths.config, paths.data, paths.state, paths.runtime}) {
        std::filesystem::create_directories(path);
    }
}

std::vector<std::string> ProgramTest::environment() const {
    const auto above = [](const std::filesystem::path& path) {
        return path.parent_path().string();
    };
    return {"HOME=" + home.path().string(),
            "XDG_CONFIG_HOME=" + above(paths.config),
            "XDG_DATA_HOME=" + above(paths.data),
            "XDG_STATE_HOME=" + above(paths.state),
            "XDG_RUNTIME_DIR=" + above(paths.runtime),
            "PATH=" + (home.path() / "bin").string() + ":/usr/bin:/bin",
            "TERM=xterm"};
}

ProgramTest::Result ProgramTest::run(const std::vector<std::string>& words,
                                     const std::string& input) const {
    std::vector<std::string> argv{BANGER_PROGRAM};
    argv.insert(argv.end(), words.begin(), words.end());
    os::RunOptions options;
    options.env = environment();
    options.input = input;
    const os::Output output = os::run(argv, options);
    EXPECT_FALSE(output.timed_out);
    return {output.status.signal != 0 ? 128 + output.status.signal : output.status.code, output.out,
            output.err};
}

ProgramTest::Result
ProgramTest::run_on_terminal(const std::vector<std::string>& words,
                             const std::function<std::string(const std::string&)>& react,
                             const std::vector<std::string>& variables) const {
    std::vector<std::string> argv{BANGER_PROGRAM};
    argv.insert(argv.end(), words.begin(), words.end());
    std::vector<std::string> env = environment();
    env.insert(env.end(), variables.begin(), variables.end());
    const auto pointers = [](std::vector<std::string>& strings) {
        std::vector<char*> result;
        for (std::string& text : strings) {
            result.push_back(text.data());
        }
        result.push_back(nullptr);
        return result;
    };
    const std::vector<char*> args = pointers(argv);
    const std::vector<char*> vars = pointers(env);
    winsize size{24, 80, 0, 0};
    int terminal = -1;
    const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, &size);
    if (pid == 0) {
        ::execve(args[0], args.data(), vars.data());
        ::_exit(127);
    }
    const os::UniqueFd owned(terminal);
    Result result;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    pollfd entry{terminal, POLLIN, 0};
    while (std::chrono::steady_clock::now() < deadline) {
        if (::poll(&entry, 1, 1000) <= 0) {
            continue;
        }
        std::string bytes(4096, '\0');
        const ssize_t n = ::read(terminal, bytes.data(), bytes.size());
        if (n <= 0) {
            break; // EIO: the other side has gone
        }
        result.out.append(bytes, 0, static_cast<std::size_t>(n));
        if (react) {
            const std::string typed = react(result.out);
            EXPECT_EQ(::write(terminal, typed.data(), typed.size()),
                      static_cast<ssize_t>(typed.size()));
        }
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    result.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return result;
}

void ProgramTest::start_daemon() {
    daemon = std::make_unique<FakeDaemon>(paths.socket());
    daemon->on("GET /v1/vm-options", R"({"options":[]})");
}

void ProgramTest::operation(const std::string& request, const std::string& id,
                            const std::string& kind, const std::string& target,
                            const std::vector<std::string>& stages, const std::string& state,
                            const std::string& error) {
    const std::string first =
        operation_json(id, kind, target, "running", {}, stages.empty() ? "" : stages.front());
    daemon->on(request, first, 202);
    daemon->on("GET /v1/operations/" + id + "/events", [=](const FakeDaemon::Request&) {
        return FakeDaemon::Reply{
            200,
            "",
            [=](const FakeDaemon::Write& write) {
                std::vector<std::string> finished;
                for (const std::string& stage : stages) {
                    write(operation_json(id, kind, target, "running", finished, stage) + "\n");
                    std::this_thread::sleep_for(std::chrono::milliseconds(50));
                    finished.push_back(stage);
                }
                write(operation_json(id, kind, target, state, finished, "", error) + "\n");
            },
            {}};
    });
}

void ProgramTest::vms(const std::vector<std::pair<std::string, std::string>>& names_and_states) {
    std::string entries;
    for (const auto& [name, state] : names_and_states) {
        entries += (entries.empty() ? "" : ",") + vm_json(name, state);
        daemon->on("GET /v1/vms/" + name, vm_json(name, state));
    }
    daemon->on("GET /v1/vms", "{\"vms\":[" + entries + "]}");
}

std::string operation_json(const std::string& id, const std::string& kind,
                           const std::string& target, const std::string& state,
                           const std::vector<std::string>& finished, const std::string& stage,
                           const std::string& error) {
    std::string stages;
    for (const std::string& name : finished) {
        stages +=
            (stages.empty() ? "" : ",") + (R"({"name":")" + name) +
            R"(","started_at":"2026-01-02T03:04:05Z","ended_at":"2026-01-02T03:04:05Z","ms":50})";
    }
    if (!stage.empty()) {
        stages += (stages.empty() ? "" : ",") + (R"({"name":")" + stage) +
                  R"(","started_at":"2026-01-02T03:04:05Z","ended_at":null,"ms":null})";
    }
    return R"({"id":")" + id + R"(","kind":")" + kind + R"(","target":")" + target +
           R"(","state":")" + state + R"(","stage":")" + stage + R"(","percent":null,"stages":[)" +
           stages + R"(],"elapsed_ms":)" + std::to_string(50 * finished.size()) + R"(,"error":)" +
           error + R"(,"result":null,"log":[],"privileged":[]})";
}

std::string vm_json(const std::string& name, const std::string& state) {
    return R"({"id":"0123456789ab","name":")" + name + R"(","state":")" + state +
           R"(","image":"debian","vcpus":1,"memory_mib":512,"disk_mib":8192,"work_disk_mib":8192,)"
           R"("disk_mode":"overlay","vmm":"qemu","accel":"tcg","ip":"172.30.88.2",)"
           R"("mac":"02:00:00:00:00:01","fqdn":")" +
           name +
           R"(.vm","pid":42,"created_at":"2026-01-02T03:04:05Z","started_at":"2026-01-02T03:04:05Z",)"
           R"("ready_at":"2026-01-02T03:04:11Z","exit":null,"options":{},"warnings":[],)"
           R"("timings":[{"stage":"disks","ms":12},{"stage":"boot","ms":5000}]})";
}

} // namespace banger::test
