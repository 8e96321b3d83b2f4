#pragma once

#include "plugin/guard.hpp"
#include "plugin/line_rate.hpp"
#include "plugin/services.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <banger/ext/operations.h>

namespace banger::plugin {

/// A long job of a plugin, which runs as an operation of the daemon (ext/operations.h).
class Job : public std::enable_shared_from_this<Job> {
  public:
    /// initiator: who asked for it; empty: the plugin itself. Throws invalid when the request
    /// breaks its rules.
    Job(Plugin& plugin, const banger_job& asked, const std::string& initiator);

    /// Begins it, takes over the plugin's context, and gives the operation's id. Throws busy when
    /// the plugin has enough of them.
    [[nodiscard]] std::string start();
    /// What it may take once it is cancelled.
    [[nodiscard]] std::chrono::milliseconds cleanup() const noexcept { return cleanup_; }

    // On the job's own thread, while `call` is it.
    void stage(Call& call, std::string_view name);
    void progress(Call& call, std::uint64_t done, std::uint64_t total, std::uint32_t unit);
    static void reaches(Call& call, std::uint32_t percent);
    void output(Call& call, int level, std::string_view line);

  private:
    using Clock = std::chrono::steady_clock;
    void begin(const std::shared_ptr<vm::CallContext>& context, const OperationBoard::Done& done);
    [[nodiscard]] OperationBoard::Result run(vm::CallContext& context);

    Plugin& plugin_;
    std::string kind_, target_, initiator_;
    std::chrono::milliseconds timeout_, cleanup_;
    banger_job_fn run_;
    void* context_;
    Clock::time_point told_{}; ///< the last progress
    bool all_told_ = false;    ///< the end of this stage's progress
    std::size_t stages_ = 0;
    LineRate lines_; ///< of the operation's log
};

} // namespace banger::plugin
