#pragma once

#include "fake_call.hpp"

#include <csignal>
#include <cstdlib>
#include <functional>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace banger::fake {

/// A program that the plugin wants to run, and how it ended.
struct Program {
    std::vector<std::string> argv;
    std::vector<std::pair<std::string, std::string>> env;
    std::string cwd, input;
};
struct ProgramEnd {
    banger_status status = BANGER_OK; ///< BANGER_OK: it ran to its end, with `code`
    std::int32_t code = 0;
    std::string out, err, message;
    std::int32_t signal = 0; ///< that ended it; code is -1 then
    std::string hint = {};
};
using Programs = std::function<ProgramEnd(const Program&, banger_call&)>;

/// No program is there.
inline ProgramEnd no_program(const Program& program, banger_call&) {
    return {BANGER_E_NOT_FOUND, 0, {}, {}, "no such program: " + program.argv.at(0)};
}

namespace detail {

/// The child's pipes, closed at the end.
struct Pipes {
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    Pipes()
        : opened(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) == 0 &&
                 ::pipe2(out, O_CLOEXEC) == 0 && ::pipe2(err, O_CLOEXEC) == 0) {}
    Pipes(const Pipes&) = delete;
    Pipes& operator=(const Pipes&) = delete;
    ~Pipes() {
        for (int* fd : {in, in + 1, out, out + 1, err, err + 1}) {
            close(*fd);
        }
    }
    static void close(int& fd) {
        if (fd >= 0) {
            ::close(fd);
        }
        fd = -1;
    }
    bool opened;
};

inline void move_bytes(Pipes& pipes, std::string_view input, const banger_call& call, pid_t pid,
                       ProgramEnd& end) {
    bool killed = false;
    while (pipes.out[0] >= 0 || pipes.err[0] >= 0) {
        if (input.empty()) {
            Pipes::close(pipes.in[1]);
        }
        pollfd fds[4] = {{pipes.out[0], POLLIN, 0},
                         {pipes.err[0], POLLIN, 0},
                         {pipes.in[1], POLLOUT, 0},
                         {killed ? -1 : call.fd, POLLIN, 0}};
        (void)::poll(fds, 4, -1);
        if (fds[3].revents != 0) {
            ::kill(pid, SIGKILL);
            killed = true;
            end.status = call.limit.count() > 0 && call.elapsed() >= call.limit
                             ? BANGER_E_TIMEOUT
                             : BANGER_E_CANCELLED;
            end.message = "it was killed: the call is cancelled or over";
        }
        if (fds[2].revents != 0) {
            const ssize_t sent = ::send(pipes.in[1], input.data(), input.size(), MSG_NOSIGNAL);
            input.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : input.size());
        }
        char bytes[4096];
        for (int i = 0; i < 2; ++i) {
            if (fds[i].revents != 0) {
                int& fd = i == 0 ? pipes.out[0] : pipes.err[0];
                const ssize_t got = ::read(fd, bytes, sizeof bytes);
                if (got > 0) {
                    (i == 0 ? end.out : end.err).append(bytes, static_cast<std::size_t>(got));
                } else {
                    Pipes::close(fd);
                }
            }
        }
    }
}

} // namespace detail

/// Runs it, as the real host does: Host::programs = run_program;
inline ProgramEnd run_program(const Program& program, banger_call& call) {
    detail::Pipes pipes;
    if (!pipes.opened) {
        return {BANGER_E_INTERNAL, 0, {}, {}, "no pipes"};
    }
    std::vector<char*> argv;
    for (const std::string& word : program.argv) {
        argv.push_back(const_cast<char*>(word.c_str())); // NOLINT: posix_spawn does not write it
    }
    argv.push_back(nullptr);
    std::vector<std::string> settings;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        settings.emplace_back(*entry);
    }
    for (const auto& [key, value] : program.env) {
        settings.emplace_back(key + "=").append(value);
    }
    std::vector<char*> env;
    for (std::string& entry : settings) {
        env.push_back(entry.data());
    }
    env.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes.in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, pipes.out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, pipes.err[1], 2);
    if (!program.cwd.empty()) {
        posix_spawn_file_actions_addchdir_np(&actions, program.cwd.c_str());
    }
    pid_t pid = 0;
    const int error = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), env.data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        return {BANGER_E_NOT_FOUND, 0, {}, {}, "cannot run " + program.argv[0]};
    }
    detail::Pipes::close(pipes.in[0]);
    detail::Pipes::close(pipes.out[1]);
    detail::Pipes::close(pipes.err[1]);
    ProgramEnd end;
    detail::move_bytes(pipes, program.input, call, pid, end);
    int status = 0;
    ::waitpid(pid, &status, 0);
    end.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return end;
}

} // namespace banger::fake
