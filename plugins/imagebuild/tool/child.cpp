#include "child.hpp"

#include "failure.hpp"
#include "stop.hpp"
#include "unique_fd.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace image_tool {
namespace {

constexpr auto longest_life = std::chrono::minutes(30);
constexpr int not_there = 127;
constexpr int look_again_ms = 100;
constexpr std::size_t most_output = 64U << 10U;

[[noreturn]] void become(const std::vector<std::string>& command, int output, pid_t parent) {
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(not_there);
    }
    const int input = ::open("/dev/null", O_RDONLY);
    if (input < 0 || ::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) {
        ::_exit(not_there);
    }
    (void)::setenv("LC_ALL", "C", 1);
    (void)::setenv("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin", 1);
    std::vector<char*> words;
    for (const std::string& word : command) {
        words.push_back(const_cast<char*>(word.c_str())); // NOLINT: execvp changes none of them
    }
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(not_there);
}

/// Kills what still runs when it goes.
class Child {
  public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) {
            (void)::kill(pid_, SIGKILL);
            (void)wait();
        }
    }
    int wait() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

  private:
    pid_t pid_;
};

/// False at the end of the stream.
bool read_some(int fd, std::string& text) {
    std::array<char, 4096> piece; // NOLINT: read() fills it
    const ssize_t size = ::read(fd, piece.data(), piece.size());
    if (size < 0 && errno != EINTR) {
        throw system_failure("read the output of a program");
    }
    if (size > 0) {
        text.append(piece.data(), static_cast<std::size_t>(size));
        if (text.size() > 2 * most_output) {
            text.erase(0, text.size() - most_output);
        }
    }
    return size != 0;
}

} // namespace

ChildEnd run_child(const std::vector<std::string>& command, const std::string& package) {
    check_stop();
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw system_failure("make a pipe");
    }
    const UniqueFd output(ends[0]);
    UniqueFd input(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
        throw system_failure("start " + command[0]);
    }
    if (pid == 0) {
        become(command, input.get(), parent);
    }
    Child child(pid);
    input.reset();
    const auto end_of_life = std::chrono::steady_clock::now() + longest_life;
    ChildEnd end;
    pollfd ready{output.get(), POLLIN, 0};
    for (;;) {
        check_stop();
        if (std::chrono::steady_clock::now() > end_of_life) {
            throw Failure(FailureKind::unavailable, command[0] + " did not come to an end");
        }
        if (::poll(&ready, 1, look_again_ms) > 0 && !read_some(output.get(), end.output)) {
            break;
        }
    }
    end.status = child.wait();
    check_stop(); // a signal to the whole group ends the program, too
    if (end.status == not_there) {
        throw Failure(FailureKind::unavailable, "no such program: " + command[0],
                      "install the package " + package);
    }
    return end;
}

} // namespace image_tool
