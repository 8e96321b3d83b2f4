#include "vm/operation.hpp"

#include "os/clock.hpp"
#include "os/random.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>

#include <sys/eventfd.h>

namespace banger::vm {
namespace asio = boost::asio;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::size_t max_log_lines = 1000;
constexpr std::size_t max_steps = 1000; ///< as root, the newest
constexpr std::size_t kept_in_memory = 100;

json time_or_null(const std::optional<std::int64_t>& ms) {
    return ms ? json(os::to_rfc3339(*ms)) : json(nullptr);
}

} // namespace

std::string_view to_string(OperationState state) noexcept {
    static constexpr std::array<std::string_view, 6> names{"queued",    "running", "cancelling",
                                                           "succeeded", "failed",  "cancelled"};
    return names.at(static_cast<std::size_t>(state));
}

std::string_view to_string(StageState state) noexcept {
    static constexpr std::array<std::string_view, 4> names{"running", "done", "failed",
                                                           "cancelled"};
    return names.at(static_cast<std::size_t>(state));
}

json to_json(const Error& error) {
    return {{"kind", os::to_string(error.kind())},
            {"message", error.what()},
            {"hint", error.hint()},
            {"console", error.details()}};
}

Operation::Operation(asio::io_context& loop, std::string id, std::string kind, std::string target,
                     std::string initiator)
    : loop_(loop), id_(std::move(id)), kind_(std::move(kind)), target_(std::move(target)),
      initiator_(std::move(initiator)), created_ms_(os::now_ms()),
      cancel_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      changed_(loop, asio::steady_timer::time_point::max()) {
    if (!cancel_fd_) {
        throw os::errno_error("make an eventfd");
    }
}

bool Operation::finished() const noexcept {
    return state_ == OperationState::succeeded || state_ == OperationState::failed ||
           state_ == OperationState::cancelled;
}

std::string Operation::current_stage() const {
    return stages_.empty() ? "" : stages_.back().name;
}

json Operation::timings() const {
    json list = json::array();
    for (const Stage& entry : stages_) {
        list.push_back({{"stage", entry.name},
                        {"ms", entry.ended_ms.value_or(os::now_ms()) - entry.started_ms}});
    }
    return list;
}

json Operation::to_json() const {
    json stages = json::array();
    for (const Stage& entry : stages_) {
        stages.push_back({{"name", entry.name},
                          {"started_at", os::to_rfc3339(entry.started_ms)},
                          {"ended_at", time_or_null(entry.ended_ms)},
                          {"ms", entry.ended_ms.value_or(os::now_ms()) - entry.started_ms},
                          {"state", vm::to_string(entry.state)}});
    }
    return {{"id", id_},
            {"kind", kind_},
            {"target", target_},
            {"initiator", initiator_},
            {"state", to_string(state_)},
            {"stage", current_stage()},
            {"percent", percent_},
            {"progress", progress_},
            {"stages", std::move(stages)},
            {"created_at", os::to_rfc3339(created_ms_)},
            {"ended_at", time_or_null(ended_ms_)},
            {"elapsed_ms", ended_ms_.value_or(os::now_ms()) - created_ms_},
            {"error", error_ ? vm::to_json(*error_) : json(nullptr)},
            {"result", result_},
            {"warnings", warnings_},
            {"log", log_},
            {"privileged", privileged_}};
}

void Operation::touch() {
    ++version_;
    changed_.cancel();
    if (on_change_) {
        on_change_(*this);
    }
}

void Operation::end_stage(StageState state) {
    if (!stages_.empty() && !stages_.back().ended_ms) {
        stages_.back().ended_ms = os::now_ms();
        stages_.back().state = state;
    }
}

void Operation::stage(std::string name) {
    check();
    end_stage(StageState::done);
    stages_.push_back({.name = std::move(name), .started_ms = os::now_ms(), .ended_ms = {}});
    progress_ = nullptr;
    touch();
}

/// What a job does once it is cancelled takes back what it did.
void Operation::stage_of_job(const std::string& name) {
    if (finished()) {
        return; // one that was given up, and is late
    }
    if (cancel_asked_ && heeds_cancel_) {
        begin_rollback();
    }
    stage(name);
}

void Operation::percent(int value) {
    percent_ = std::clamp(value, 0, 100);
    touch();
}

void Operation::progress(std::uint64_t done, std::uint64_t total, bool bytes) {
    progress_ = {{"done", done}, {"total", total}, {"unit", bytes ? "bytes" : "items"}};
    if (total > 0) {
        const double part =
            std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
        percent_ = reaches_ ? std::max(percent_,
                                       reached_ + static_cast<int>(part * (*reaches_ - reached_)))
                            : static_cast<int>(part * 100);
    }
    touch();
}

void Operation::reaches(int percent) {
    reached_ = reaches_.value_or(0);
    percent_ = reaches_ ? std::max(percent_, reached_) : 0;
    reaches_ = std::clamp(percent, reached_, 100);
    touch();
}

void Operation::log(std::string_view level, std::string text) {
    json line{{"at", os::to_rfc3339(os::now_ms())}, {"level", level}, {"text", std::move(text)}};
    if (log_.size() >= max_log_lines) { // the first line says how many are missing
        log_dropped_ += log_dropped_ == 0 ? 2 : 1;
        log_.erase(log_.begin() + 1);
        log_[0] = {{"at", log_[0]["at"]},
                   {"level", "warning"},
                   {"text", "(" + std::to_string(log_dropped_) + " lines before these dropped)"}};
    }
    log_.push_back(std::move(line));
    touch();
}

void Operation::warn(const std::string& text) {
    if (std::find(warnings_.begin(), warnings_.end(), text) == warnings_.end()) {
        warnings_.push_back(text);
    }
    log("warning", text);
}

void Operation::check() const {
    if (cancel_asked_ && heeds_cancel_) {
        throw Error(ErrorKind::cancelled, kind_ + " " + target_ + " was cancelled" + because());
    }
}

void Operation::no_way_back() {
    heeds_cancel_ = false;
}

void Operation::begin_rollback() {
    no_way_back();
    end_stage(cancel_asked_ ? StageState::cancelled : StageState::failed);
    rolling_back_ = true;
}

CallContext Operation::make_context(int fd) {
    CallContext context;
    context.operation_id = id_;
    context.cancel_fd = fd;
    // Called from pool threads: everything is posted to the loop, which owns us.
    context.log = [self = shared_from_this()](std::string_view level, const std::string& text) {
        asio::post(self->loop_,
                   [self, level = std::string(level), text] { self->log(level, text); });
    };
    context.warn = [self = shared_from_this()](const std::string& text) {
        asio::post(self->loop_, [self, text] { self->warn(text); });
    };
    context.privileged = [self = shared_from_this()](const std::string& command,
                                                     std::chrono::milliseconds time, bool ok) {
        asio::post(self->loop_, [self, command, time, ok] {
            if (self->privileged_.size() >= max_steps) {
                self->privileged_.erase(self->privileged_.begin());
            }
            self->privileged_.push_back({{"at", os::to_rfc3339(os::now_ms())},
                                         {"command", command},
                                         {"ms", time.count()},
                                         {"ok", ok}});
            self->touch();
        });
    };
    context.stage = [self = shared_from_this()](const std::string& name) {
        asio::post(self->loop_, [self, name] { self->stage_of_job(name); });
    };
    context.progress = [self = shared_from_this()](std::uint64_t done, std::uint64_t total,
                                                   bool bytes) {
        asio::post(self->loop_, [self, done, total, bytes] {
            if (!self->finished()) {
                self->progress(done, total, bytes);
            }
        });
    };
    context.reaches = [self = shared_from_this()](int percent) {
        asio::post(self->loop_, [self, percent] {
            if (!self->finished()) {
                self->reaches(percent);
            }
        });
    };
    return context;
}

CallContext Operation::context() {
    return make_context(cancel_fd_.get());
}

CallContext Operation::rollback_context() {
    return make_context(-1);
}

std::string Operation::because() const {
    return cancelled_for_.empty() ? "" : ": " + cancelled_for_;
}

void Operation::cancel(std::string why) {
    if (finished() || cancel_asked_) {
        return;
    }
    cancel_asked_ = true;
    cancelled_for_ = std::move(why);
    state_ = OperationState::cancelling;
    ::eventfd_write(cancel_fd_.get(), 1);
    touch();
}

void Operation::run() {
    state_ = OperationState::running;
    touch();
}

void Operation::finish(OperationState state, json result, std::optional<Error> error) {
    // What ends after a roll-back began is the roll-back itself.
    end_stage(state == OperationState::succeeded || rolling_back_ ? StageState::done
              : state == OperationState::cancelled                ? StageState::cancelled
                                                                  : StageState::failed);
    state_ = state;
    result_ = std::move(result);
    error_ = std::move(error);
    ended_ms_ = os::now_ms();
    progress_ = nullptr;
    if (state == OperationState::succeeded) {
        percent_ = 100;
    }
    touch();
}

asio::awaitable<void> Operation::changed(std::uint64_t seen) {
    const auto self = shared_from_this();
    if (version_ == seen && !finished()) {
        boost::system::error_code code;
        co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, code));
    }
}

asio::awaitable<void> Operation::done() {
    const auto self = shared_from_this();
    while (!finished()) {
        co_await changed(version_);
    }
}

asio::awaitable<void> Operations::drive(std::shared_ptr<Operation> operation, Body body) {
    json result;
    std::optional<Error> error;
    try {
        operation->run();
        result = co_await body(*operation);
    } catch (...) {
        error = os::current_error();
    }
    if (!error) {
        operation->finish(OperationState::succeeded, std::move(result), std::nullopt);
    } else if (operation->cancelled()) {
        const Error said(ErrorKind::cancelled, operation->kind() + " " + operation->target() +
                                                   " was cancelled and rolled back" +
                                                   operation->because());
        // What is left all the same is among the details.
        operation->finish(
            OperationState::cancelled, nullptr,
            error->kind() == ErrorKind::cancelled ? said.with_details(error->details()) : *error);
    } else {
        operation->finish(OperationState::failed, nullptr, std::move(error));
    }
}

std::shared_ptr<Operation> Operations::start(std::string kind, std::string target, Body body,
                                             std::string initiator) {
    auto operation = std::make_shared<Operation>(loop_, "op-" + os::random_hex(4), std::move(kind),
                                                 std::move(target),
                                                 initiator.empty() ? asker_ : std::move(initiator));
    operation->on_change_ = sink_;
    all_.push_back(operation);
    forget_old();
    operation->touch();
    asio::co_spawn(loop_, drive(operation, std::move(body)), asio::detached);
    return operation;
}

std::shared_ptr<Operation> Operations::find(const std::string& id) const {
    const auto at = std::find_if(all_.begin(), all_.end(),
                                 [&](const auto& operation) { return operation->id() == id; });
    return at == all_.end() ? nullptr : *at;
}

std::vector<std::shared_ptr<Operation>> Operations::list() const {
    return {all_.rbegin(), all_.rend()};
}

std::size_t Operations::running() const {
    return static_cast<std::size_t>(std::count_if(
        all_.begin(), all_.end(), [](const auto& operation) { return !operation->finished(); }));
}

void Operations::require_open() const {
    if (closed_) {
        throw Error(ErrorKind::unavailable, "bangerd is stopping", "try again: it is started anew");
    }
}

void Operations::forget_old() {
    for (auto at = all_.begin(); all_.size() > kept_in_memory && at != all_.end();) {
        at = (*at)->finished() ? all_.erase(at) : std::next(at);
    }
}

} // namespace banger::vm
