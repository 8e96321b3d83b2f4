#pragma once

#include "account.hpp"
#include "loop.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace agent {

/// A process to start: a program, or work of our own.
struct Launch {
    std::vector<std::string> argv;
    std::function<void()> work;           ///< instead of a program, in the new process
    std::vector<std::string> environment; ///< NAME=VALUE
    std::string cwd = "/";
    std::optional<Account> account; ///< none: as we are
    int in = -1;                    ///< -1: /dev/null
    int out = -1;
    int err = -1;          ///< -1: ours, so the journal
    bool terminal = false; ///< `in` is its terminal
};

/// A process of ours, leader of its session and group. Its number stays its own until the object
/// is gone, so its group can be signalled safely. When the object goes it is killed and reaped;
/// what an ended program has left in its group stays.
class Child {
  public:
    using Ended = std::function<void(int status)>; ///< as waitpid() tells

    /// Throws when no process can be made. A program that cannot be run ends with 127, and
    /// failure() says why.
    Child(Loop& loop, const Launch& launch, Ended ended);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void when_ended(Ended ended) { ended_ = std::move(ended); } ///< instead of the one before
    void signal_group(int number) const noexcept;
    [[nodiscard]] bool ended() const noexcept { return done_; }
    [[nodiscard]] bool alone() const; ///< nobody else is in its group
    [[nodiscard]] std::string failure() const;
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  private:
    void look();

    Ended ended_;
    pid_t pid_ = -1;
    bool done_ = false;
    Fd handle_;
    Fd trouble_; ///< errno of what could not be done before the program ran
    Loop::Registration watch_;
};

/// A pipe, both ends closed in programs.
struct Pipe {
    Pipe();
    Fd read;
    Fd write;
};
/// Reads and writes of `fd` wait for nothing from now on.
void make_nonblocking(const Fd& fd);

} // namespace agent
