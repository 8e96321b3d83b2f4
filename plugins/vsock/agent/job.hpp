#pragma once

#include "child.hpp"

#include <functional>
#include <memory>
#include <string>

namespace agent {

/// Work that may take long, in a process of its own; what it prints is its result. Dropping it
/// ends the work unless it was let go.
class Job {
  public:
    static constexpr std::size_t longest_result = 256U << 10U;
    /// The program's standard output and how it ended, as waitpid() tells.
    using Done = std::function<void(std::string result, int status)>;

    Job(Loop& loop, Launch launch, Done done);

    [[nodiscard]] bool ended() const noexcept { return over_; }
    void let_go() { done_ = nullptr; } ///< nobody waits for the result any more

  private:
    void read();
    void finish();

    Done done_;
    std::string result_;
    int status_ = 0;
    bool over_ = false;
    Pipe output_;
    Child child_;
    Loop::Registration watch_;
};

/// For Launch::work: the result of the job.
void print_result(std::string_view text);

} // namespace agent
