#pragma once

#include "../ext/operations.h"
#include "call.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

/// ext/operations.h: a long job of the plugin as an operation of the daemon.
namespace banger {
inline namespace sdk_1_0 {

/// What a job's function gets. Everything is for the job's own thread, while it runs.
class Job {
  public:
    Job(const banger_operations_ops& ops, Call& own) : call(own), ops_(ops) {}

    /// Cancelled with the operation: look at it (check()) between steps, and take back on the way
    /// out what was done (Undo).
    Call& call;

    /// Ends the stage before; one line, <= 64 bytes.
    void stage(std::string_view name) const { checked(ops_.stage(call.raw(), str(name))); }
    /// How much of the stage is done; total 0: not known. As often as you like.
    void items(std::uint64_t done, std::uint64_t total) const {
        checked(ops_.progress(call.raw(), done, total, BANGER_JOB_ITEMS));
    }
    void bytes(std::uint64_t done, std::uint64_t total) const {
        checked(ops_.progress(call.raw(), done, total, BANGER_JOB_BYTES));
    }
    /// At the end of this stage, so much of the whole job is done: then the operation's percent is
    /// that of the whole, and never goes back.
    void reaches(std::uint32_t percent) const { checked(ops_.reaches(call.raw(), percent)); }
    /// A line for the operation's log alone; level: BANGER_LOG_*.
    void output(std::string_view line, int level = BANGER_LOG_INFO) const {
        checked(ops_.output(call.raw(), level, str(line)));
    }
    /// One JSON object that the operation gives back; the last one counts.
    void result(std::string_view json) const { call.emit_json(json); }

  private:
    const banger_operations_ops& ops_;
};

/// Begins jobs. May be kept and copied as long as the plugin lives.
class Operations {
  public:
    using Function = std::function<void(Job&)>;
    struct Times {
        std::chrono::milliseconds timeout{0}; ///< 0: none
        std::chrono::milliseconds cleanup{0}; ///< once it is cancelled; 0: 30 s
    };

    explicit Operations(Host host)
        : host_(host.raw()), ops_(&host.get<banger_operations_ops>(BANGER_EXT_OPERATIONS)) {}

    /// Gives the operation's id at once; `f` runs on a thread of the host's, and fails by throwing.
    /// What it refers to must live as long as the plugin does. Throws Error: BUSY, INVALID,
    /// UNAVAILABLE.
    std::string_view start(Call& call, std::string_view kind, std::string_view target, Function f,
                           Times times) const {
        auto held = std::make_unique<Held>(Held{ops_, std::move(f)});
        banger_job job{};
        job.struct_size = sizeof job;
        job.kind = str(kind);
        job.target = str(target);
        job.timeout_ms = times.timeout.count();
        job.cleanup_ms = times.cleanup.count();
        job.run = &Operations::run;
        job.context = held.get();
        const std::string_view id = value(ops_->start(host_, call.raw(), &job));
        held.release(); // run()'s
        return id;
    }
    std::string_view start(Call& call, std::string_view kind, std::string_view target,
                           Function f) const {
        return start(call, kind, target, std::move(f), Times{});
    }

  private:
    struct Held {
        const banger_operations_ops* ops;
        Function function;
    };
    static banger_status run(void* context, banger_call* raw) noexcept {
        const std::unique_ptr<Held> held(static_cast<Held*>(context));
        return seal(raw, [&] {
            Call call(raw);
            Job job(*held->ops, call);
            held->function(job);
        });
    }
    const banger_host* host_;
    const banger_operations_ops* ops_;
};

} // namespace sdk_1_0
} // namespace banger
