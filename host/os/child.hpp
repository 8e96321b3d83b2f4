#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::os {

/// How a child ended.
struct ExitStatus {
    int code = 0;   ///< exit status when `signal` is 0
    int signal = 0; ///< the signal that ended it
    [[nodiscard]] bool ok() const noexcept { return code == 0 && signal == 0; }
    [[nodiscard]] std::string text() const; ///< "exit status 1", "signal 9 (Killed)"
};

struct SpawnOptions {
    std::optional<std::filesystem::path> cwd;
    std::optional<std::vector<std::string>> env; ///< "KEY=value"; nullopt inherits
    int stdin_fd = -1;                           ///< -1 is /dev/null
    int stdout_fd = -1;                          ///< -1 is /dev/null
    int stderr_fd = -1;                          ///< -1 is /dev/null
    bool new_session = false;                    ///< setsid: it outlives our terminal
    bool die_with_parent = false;                ///< PR_SET_PDEATHSIG SIGKILL
    bool keep_ignored = false;                   ///< signals that we ignore stay so: nohup
    std::vector<int> inherit;                    ///< descriptors that stay open, same numbers
};

/// A child of ours. Its destructor kills and reaps what still runs, unless release()d.
class Child {
  public:
    /// argv[0] is looked up in PATH when it has no slash. Signals are at their defaults in the
    /// child and no descriptor but 0-2 and `inherit` is open. Throws not_found when it is absent.
    [[nodiscard]] static Child spawn(const std::vector<std::string>& argv,
                                     const SpawnOptions& options = {});
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;
    ~Child();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] const UniqueFd& pidfd() const noexcept { return pidfd_; } ///< readable at its end
    /// nullopt when it still runs at the deadline.
    [[nodiscard]] std::optional<ExitStatus> wait_for(std::chrono::milliseconds time);
    [[nodiscard]] ExitStatus wait();
    void kill(int signal) noexcept;
    pid_t release() noexcept; ///< the child goes on; whoever is its parent then reaps it

  private:
    Child(pid_t pid, UniqueFd pidfd) noexcept;
    void end() noexcept;
    pid_t pid_ = 0;
    UniqueFd pidfd_;
};

/// Where a program of this name is in PATH (or the usual sbin folders).
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::string& name);

} // namespace banger::os
