#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "vm/capabilities.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::vm {

enum class OperationState { queued, running, cancelling, succeeded, failed, cancelled };

[[nodiscard]] std::string_view to_string(OperationState state) noexcept;

enum class StageState { running, done, failed, cancelled };

[[nodiscard]] std::string_view to_string(StageState state) noexcept;

/// One change that somebody asked for: who watches it sees its stages as they happen. All members
/// are the loop's, but for those of the CallContext it gives out.
class Operation : public std::enable_shared_from_this<Operation> {
  public:
    struct Stage {
        std::string name;
        std::int64_t started_ms = 0;
        std::optional<std::int64_t> ended_ms;
        StageState state = StageState::running;
    };

    /// initiator: who asked for it: "uid 1000", "plugin web"; bangerd itself where nobody did.
    Operation(boost::asio::io_context& loop, std::string id, std::string kind, std::string target,
              std::string initiator = "bangerd");

    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    [[nodiscard]] const std::string& kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& target() const noexcept { return target_; }
    [[nodiscard]] const std::string& initiator() const noexcept { return initiator_; }
    [[nodiscard]] OperationState state() const noexcept { return state_; }
    [[nodiscard]] bool finished() const noexcept;
    [[nodiscard]] const std::vector<Stage>& stages() const noexcept { return stages_; }
    [[nodiscard]] std::string current_stage() const;
    [[nodiscard]] std::int64_t created_ms() const noexcept { return created_ms_; }
    [[nodiscard]] std::optional<std::int64_t> ended_ms() const noexcept { return ended_ms_; }
    [[nodiscard]] const std::optional<os::Error>& error() const noexcept { return error_; }
    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] nlohmann::json timings() const; ///< [{stage, ms}]

    // For the body.
    void stage(std::string name); ///< ends the one before; throws cancelled when asked to stop
    void percent(int value);
    /// How much of the stage is done; total 0: not known. It goes with the stage.
    void progress(std::uint64_t done, std::uint64_t total, bool bytes);
    /// At the end of the stage that runs, so much of the whole is done. From the first call on the
    /// percent is that of the whole, which progress() moves up to there and nothing moves back.
    void reaches(int percent);
    void log(std::string_view level, std::string text);
    /// The same as a warning, which is told at the end as well.
    void warn(const std::string& text);
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
    [[nodiscard]] bool cancelled() const noexcept { return cancel_asked_; }
    void check() const;                           ///< throws Error(cancelled)
    [[nodiscard]] CallContext context();          ///< for forward steps
    [[nodiscard]] CallContext rollback_context(); ///< the same, but never cancelled
    void no_way_back();                           ///< from here on check() does not throw
    /// The stage that runs is where it failed, or was cancelled; what follows undoes it.
    void begin_rollback();
    [[nodiscard]] bool heeds_cancel() const noexcept { return heeds_cancel_; }
    [[nodiscard]] bool rolls_back() const noexcept { return rolling_back_; }
    [[nodiscard]] int cancel_fd() const noexcept { return cancel_fd_.get(); }

    // For whoever started or watches it.
    /// `why` is told to who asked for the operation, when somebody else ends it.
    void cancel(std::string why = {});
    [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
    /// Returns at the next change, or at once when version() is not `seen` any more.
    [[nodiscard]] boost::asio::awaitable<void> changed(std::uint64_t seen);
    [[nodiscard]] boost::asio::awaitable<void> done();

  private:
    friend class Operations;
    void run();
    void end_stage(StageState state);
    void finish(OperationState state, nlohmann::json result, std::optional<os::Error> error);
    void touch();
    [[nodiscard]] std::string because() const; ///< ": why", or nothing
    [[nodiscard]] CallContext make_context(int fd);
    void stage_of_job(const std::string& name);

    boost::asio::io_context& loop_;
    std::string id_;
    std::string kind_;
    std::string target_;
    std::string initiator_;
    OperationState state_ = OperationState::queued;
    std::vector<Stage> stages_;
    int percent_ = 0;
    int reached_ = 0;            ///< percent of the whole before the stage that runs
    std::optional<int> reaches_; ///< and at its end; unset: the percent is the stage's
    nlohmann::json progress_;    ///< null: nothing is counted
    nlohmann::json log_ = nlohmann::json::array(); ///< the newest lines
    std::size_t log_dropped_ = 0;
    std::vector<std::string> warnings_;
    nlohmann::json privileged_ = nlohmann::json::array();
    nlohmann::json result_;
    std::optional<os::Error> error_;
    std::int64_t created_ms_;
    std::optional<std::int64_t> ended_ms_;
    bool cancel_asked_ = false;
    std::string cancelled_for_;
    bool heeds_cancel_ = true;
    bool rolling_back_ = false;
    os::UniqueFd cancel_fd_; ///< eventfd; readable once cancelled
    std::uint64_t version_ = 1;
    boost::asio::steady_timer changed_;
    std::function<void(const Operation&)> on_change_;
};

/// The operations of this run of the daemon. Older ones are in the store. [loop]
class Operations {
  public:
    using Body = std::function<boost::asio::awaitable<nlohmann::json>(Operation&)>;
    /// Told of every change; keeps it in the store and tells the event stream.
    using Sink = std::function<void(const Operation&)>;

    Operations(boost::asio::io_context& loop, Sink sink) : loop_(loop), sink_(std::move(sink)) {}

    /// What is begun while it lives was asked for by that one. Nothing is waited for meanwhile.
    class Asker {
      public:
        Asker(Operations& operations, std::string who)
            : operations_(operations), before_(std::exchange(operations.asker_, std::move(who))) {}
        Asker(const Asker&) = delete;
        Asker& operator=(const Asker&) = delete;
        ~Asker() { operations_.asker_.swap(before_); }

      private:
        Operations& operations_;
        std::string before_;
    };

    /// Starts `body` soon; an exception of it is the operation's error. initiator: who asked for
    /// it; empty: the Asker, or else bangerd itself.
    std::shared_ptr<Operation> start(std::string kind, std::string target, Body body,
                                     std::string initiator = {});
    [[nodiscard]] std::shared_ptr<Operation> find(const std::string& id) const;
    [[nodiscard]] std::vector<std::shared_ptr<Operation>> list() const; ///< newest first
    [[nodiscard]] std::size_t running() const;

    /// The daemon ends: nothing more is begun for anybody.
    void close() noexcept { closed_ = true; }
    void require_open() const; ///< throws unavailable

  private:
    void forget_old();
    static boost::asio::awaitable<void> drive(std::shared_ptr<Operation> operation, Body body);

    boost::asio::io_context& loop_;
    Sink sink_;
    std::string asker_ = "bangerd";
    std::vector<std::shared_ptr<Operation>> all_;
    bool closed_ = false;
};

/// As the API shows an error.
[[nodiscard]] nlohmann::json to_json(const os::Error& error);

} // namespace banger::vm
