#include "plugin/job.hpp"

#include "os/utf8.hpp"
#include "plugin/host_view.hpp"
#include "plugin/limits.hpp"
#include "plugin/plugin.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

using os::Error;
using os::ErrorKind;
using std::chrono::milliseconds;

namespace {

std::string kind_of_job(banger_str given) {
    const std::string_view text = view(given);
    const bool good =
        !text.empty() && text.size() <= limits::job_kind && text.front() >= 'a' &&
        text.front() <= 'z' &&
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
    if (!good) {
        throw Error(ErrorKind::invalid,
                    "operations.start: kind '" + os::one_line(text, limits::job_kind) +
                        "' is not of the form ^[a-z][a-z0-9-]{0,63}$",
                    "name what is done, in a word or two: build, copy-disk");
    }
    return std::string(text);
}

/// A line to show; empty ones and those that one_line would have to change are refused.
std::string line_of(std::string_view text, std::size_t most, const char* what) {
    if (text.empty() || text.size() > most || os::one_line(text, most) != text) {
        throw Error(ErrorKind::invalid,
                    std::string(what) + ": not one line of 1 to " + std::to_string(most) +
                        " bytes in UTF-8",
                    "it is shown beside others: make it short, details belong to the log "
                    "(operations.output)");
    }
    return std::string(text);
}

milliseconds at_most(std::int64_t asked, milliseconds standard, milliseconds most) {
    return asked <= 0 ? standard : milliseconds(std::min<std::int64_t>(asked, most.count()));
}

/// The last JSON that it emitted.
std::string result_of(const std::vector<Output>& output) {
    const auto last = std::find_if(output.rbegin(), output.rend(), [](const Output& each) {
        return each.kind == BANGER_EMIT_JSON;
    });
    if (last == output.rend()) {
        return {};
    }
    limits::require("its result", last->bytes.size(), limits::job_result);
    if (!nlohmann::json::parse(last->bytes, nullptr, false).is_object()) {
        throw Error(ErrorKind::internal, "its result is no JSON object",
                    "the job emits one {..} (BANGER_EMIT_JSON) as its last JSON, or none");
    }
    return last->bytes;
}

std::string dropped_text(std::uint64_t lines) {
    return "(" + std::to_string(lines) + " lines dropped here)";
}

} // namespace

Job::Job(Plugin& plugin, const banger_job& asked, const std::string& initiator)
    : plugin_(plugin), kind_(kind_of_job(asked.kind)),
      target_(line_of(view(asked.target), limits::job_target, "operations.start: target")),
      initiator_(initiator.empty() ? "plugin " + plugin.id() : initiator),
      timeout_(at_most(asked.timeout_ms, limits::longest, limits::longest)),
      cleanup_(at_most(asked.cleanup_ms, limits::job_cleanup, limits::longest_job_cleanup)),
      run_(asked.run), context_(asked.context),
      lines_(limits::job_line_burst, limits::job_line_rate) {
    if (asked.flags != 0) {
        throw Error(ErrorKind::unsupported, "operations.start: unknown flags",
                    "this host has none: set flags to 0, or ask for a newer host (min_minor)");
    }
    if (!run_) {
        throw Error(ErrorKind::invalid, "operations.start: run is NULL",
                    "a job has a function that does the work");
    }
}

std::string Job::start() {
    if (plugin_.jobs.fetch_add(1) >= limits::jobs) {
        --plugin_.jobs;
        throw Error(ErrorKind::busy,
                    "operations.start: " + std::to_string(limits::jobs) + " jobs of plugin " +
                        plugin_.id() + " run already",
                    "wait until one ends, or cancel one: banger op ls");
    }
    try {
        return plugin_.services.operations->start(
            plugin_.id() + "." + kind_, target_, initiator_,
            [self = shared_from_this()](const std::shared_ptr<vm::CallContext>& context,
                                        const OperationBoard::Done& done) {
                self->begin(context, done);
            });
    } catch (...) {
        --plugin_.jobs;
        throw;
    }
}

void Job::begin(const std::shared_ptr<vm::CallContext>& context, const OperationBoard::Done& done) {
    try {
        plugin_.guard.post([self = shared_from_this(), context, done] {
            OperationBoard::Result result;
            try {
                result = self->run(*context);
            } catch (...) {
                result.error = os::current_error();
            }
            --self->plugin_.jobs;
            done(std::move(result));
        });
    } catch (...) { // no thread
        --plugin_.jobs;
        done({{}, os::current_error()});
    }
}

OperationBoard::Result Job::run(vm::CallContext& context) {
    const CallSite site{.hook = "job " + kind_ + " " + context.operation_id,
                        .initiator = initiator_};
    CallSpec spec{.site = site, .timeout = timeout_, .lane = Lane::beside, .context = &context};
    spec.job = this;
    spec.grace = cleanup_;
    const Outcome outcome = plugin_.guard.run(
        plugin_, std::move(spec), [self = shared_from_this()](banger_call* call, const banger_vm*) {
            return self->run_(self->context_, call);
        });
    if (const std::uint64_t dropped = outcome.abandoned ? 0 : lines_.take_dropped(); dropped > 0) {
        context.log("warning", dropped_text(dropped));
    }
    if (outcome.failed()) {
        return {{}, outcome.answer(plugin_, site)};
    }
    return {result_of(outcome.output), std::nullopt};
}

void Job::stage(Call& call, std::string_view name) {
    const std::string line = line_of(name, limits::job_stage, "operations.stage");
    if (++stages_ > limits::job_stages) { // no error: it may be in the middle of its clean-up
        if (stages_ == limits::job_stages + 1) {
            call.link->log("warning", "(stages after the first " +
                                          std::to_string(limits::job_stages) + " are not shown)");
        }
        return;
    }
    told_ = {};
    all_told_ = false;
    call.link->stage(line);
}

void Job::progress(Call& call, std::uint64_t done, std::uint64_t total, std::uint32_t unit) {
    if (unit > BANGER_JOB_BYTES) {
        throw Error(ErrorKind::unsupported,
                    "operations.progress: unknown unit " + std::to_string(unit),
                    "BANGER_JOB_ITEMS and BANGER_JOB_BYTES are known here");
    }
    const auto now = Clock::now();
    const bool all = total != 0 && done >= total;
    if (now - told_ >= limits::job_progress_pause || (all && !all_told_)) {
        told_ = now;
        all_told_ = all_told_ || all;
        call.link->progress(done, total, unit == BANGER_JOB_BYTES);
    }
}

void Job::reaches(Call& call, std::uint32_t percent) {
    if (percent > 100) {
        throw Error(ErrorKind::invalid,
                    "operations.reaches: " + std::to_string(percent) + " percent",
                    "the whole job is 100");
    }
    call.link->reaches(static_cast<int>(percent));
}

void Job::output(Call& call, int level, std::string_view line) {
    if (!lines_.take()) {
        return;
    }
    if (const std::uint64_t dropped = lines_.take_dropped(); dropped > 0) {
        call.link->log("warning", dropped_text(dropped));
    }
    call.link->log(level_name(level), os::one_line(line, limits::job_line));
}

} // namespace banger::plugin
