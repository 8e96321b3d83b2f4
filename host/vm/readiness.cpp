#include "vm/readiness.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/run.hpp"
#include "vm/boot_report.hpp"
#include "vm/stage_wait.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <nlohmann/json.hpp>

namespace banger::vm {
using namespace std::chrono_literals;
using os::Error;
using os::ErrorKind;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t console_lines = 200; ///< from which the telling ones are taken

asio::awaitable<void> sleep(asio::io_context& loop, std::chrono::milliseconds time) {
    asio::steady_timer timer(loop, time);
    co_await timer.async_wait(asio::use_awaitable);
}

/// ssh fails when it cannot keep its socket there.
void make_run_dir_again(const supervisor::Supervised& process) {
    if (!process.has_socket()) { // the folder itself may have been made again by others
        try {
            static_cast<void>(process.status()); // which makes it again, if it can be made
        } catch (const Error&) {                 // NOLINT(bugprone-empty-catch): ssh says it
        }
    }
}

} // namespace

void Readiness::check(Operation& operation, const Machine& machine, Clock::time_point deadline,
                      const std::string& last) const {
    operation.check();
    if (machine.paused && !machine.ended) { // it will not come on by being waited for
        const Error why = paused_error(machine);
        throw Error(why.kind(),
                    std::string(why.what()) + " (stage " + operation.current_stage() + ")",
                    why.hint().empty() ? "" : "free some space there and try again");
    }
    if (!machine.ended && Clock::now() < deadline) {
        return;
    }
    const MachinePaths paths(settings_, machine);
    BootReport report = boot_report(console_tail(paths.console(), console_lines));
    const std::string stage = "(stage " + operation.current_stage() + "): ";
    if (machine.ended) {
        const auto exit = nlohmann::json::parse(machine.row.exit.value_or("{}"), nullptr, false);
        throw Error(ErrorKind::unavailable,
                    "VM " + machine.name() + " ended before it was ready " + stage +
                        (!report.reason.empty()
                             ? report.reason
                             : exit.value("reason", std::string("cause unknown"))))
            .with_details(std::move(report.lines));
    }
    const std::int64_t waited = (os::now_ms() - operation.created_ms()) / 1000;
    const std::string guest = report.reason.empty() ? report.progress : report.reason;
    throw Error(ErrorKind::timeout,
                "VM " + machine.name() + " did not answer SSH within " + std::to_string(waited) +
                    " s " + stage + last + "; " +
                    (report.reason.empty() ? "" : "the guest says: ") + guest,
                std::string(report.lines.empty() ? "" : "look at its console above, or ") +
                    "give it longer with --timeout")
        .with_details(std::move(report.lines));
}

/// The port is looked at all the same, so it ends nothing.
static void tell_failure(Operation& operation, const std::exception_ptr& failure) {
    try {
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (...) {
        if (const Error error = os::current_error(); error.kind() != ErrorKind::cancelled) {
            operation.log("warning", error.what());
        }
    }
}

/// Connects, which somebody else may end.
class Readiness::Probe {
  public:
    explicit Probe(asio::io_context& loop) : loop_(loop) {}

    /// One connect, given up after `limit`: a SYN that got lost would be repeated only after a
    /// second.
    asio::awaitable<boost::system::error_code> connect(tcp::endpoint endpoint,
                                                       std::chrono::milliseconds limit) {
        // Shared: a timer that has just run out calls its handler even when it is cancelled, after
        // us.
        const auto socket = std::make_shared<tcp::socket>(loop_);
        socket_ = socket;
        asio::steady_timer timer(loop_, limit);
        timer.async_wait([socket](boost::system::error_code code) {
            if (!code) {
                boost::system::error_code ignored;
                socket->close(ignored);
            }
        });
        boost::system::error_code code;
        co_await socket->async_connect(endpoint, asio::redirect_error(asio::use_awaitable, code));
        timer.cancel();
        co_return code;
    }
    /// No more connects are wanted; one that is on its way ends.
    void end() {
        ended_ = true;
        if (const auto socket = socket_.lock()) {
            boost::system::error_code ignored;
            socket->close(ignored);
        }
    }
    [[nodiscard]] bool ended() const noexcept { return ended_; }

  private:
    asio::io_context& loop_;
    std::weak_ptr<tcp::socket> socket_;
    bool ended_ = false;
};

asio::awaitable<void> Readiness::wait_port(Operation& operation, Machine& machine,
                                           const SshAccess& access, Clock::time_point deadline,
                                           Probe& probe) {
    const tcp::endpoint endpoint(asio::ip::make_address(access.host), access.port);
    std::string last = "nothing answered at " + access.host + " on port 22";
    while (!probe.ended()) {
        check(operation, machine, deadline, last);
        const auto code = co_await probe.connect(endpoint, 250ms);
        if (!code) {
            co_return;
        }
        if (code == asio::error::connection_refused) {
            last = "the guest is up at " + access.host + ", but nothing answers on port 22";
        }
        if (!probe.ended()) {
            // A refusal costs the guest next to nothing; a connect that waits has waited already.
            co_await sleep(threads_.loop, code == asio::error::connection_refused ? 15ms : 5ms);
        }
    }
}

asio::awaitable<void> Readiness::wait_answer(Operation& operation, Machine& machine,
                                             const SshAccess& access, Clock::time_point deadline) {
    const VmView view = view_of(machine, settings_);
    const auto probe = std::make_shared<Probe>(threads_.loop);
    std::vector<std::unique_ptr<StageWait>> waits;
    for (const ReadinessStage& stage : capabilities_.readiness_stages(view)) {
        if (stage.ssh) {
            operation.stage(stage.name);
            waits.push_back(std::make_unique<StageWait>(threads_.loop, capabilities_, stage.name,
                                                        view, operation.context(), deadline));
            // Weak: it may be told late, and holds the probe no longer than this waits.
            waits.back()->on_reached([probe = std::weak_ptr(probe)] {
                if (const auto open = probe.lock()) {
                    open->end();
                }
            });
        }
    }
    std::exception_ptr failure;
    try {
        co_await wait_port(operation, machine, access, deadline, *probe);
    } catch (...) {
        failure = std::current_exception();
    }
    for (const auto& wait : waits) {
        co_await wait->cancel();
        tell_failure(operation, wait->failure());
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

asio::awaitable<void> Readiness::wait_plugins(Operation& operation, Machine& machine,
                                              Clock::time_point deadline) {
    const VmView view = view_of(machine, settings_);
    for (const ReadinessStage& stage : capabilities_.readiness_stages(view)) {
        if (stage.ssh) {
            continue;
        }
        operation.stage(stage.name);
        StageWait wait(threads_.loop, capabilities_, stage.name, view, operation.context(),
                       deadline);
        co_await wait.ended();
        if (wait.failure()) {
            std::rethrow_exception(wait.failure());
        }
        check(operation, machine, Clock::time_point::max(), {});
    }
}

asio::awaitable<void> Readiness::wait_login(Operation& operation, Machine& machine,
                                            const SshAccess& access, Clock::time_point deadline) {
    const std::vector<std::string> argv = ssh_argv(access, {"true"});
    const auto process = machine.process;
    std::string last = "no login yet";
    for (;;) {
        check(operation, machine, deadline, last);
        const int cancel = operation.cancel_fd();
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        auto output_work = offload(threads_, [argv, cancel, left, process] {
            make_run_dir_again(*process);
            os::RunOptions options;
            options.timeout = std::min<std::chrono::milliseconds>(left, 60s);
            options.cancel_fd = cancel;
            options.die_with_parent = true; // else it would wait on for a guest that is gone
            return os::run(argv, options);
        });
        const os::Output output = co_await std::move(output_work);
        if (output.status.ok() && !output.timed_out && !output.cancelled) {
            co_return;
        }
        last = "the SSH login failed: " + (output.timed_out ? std::string("no answer in time")
                                           : output.err.empty()
                                               ? output.status.text()
                                               : output.err.substr(0, output.err.find('\n')));
        co_await sleep(threads_.loop, 50ms);
    }
}

asio::awaitable<void> Readiness::wait(Operation& operation, std::shared_ptr<Machine> machine,
                                      SshAccess access, Clock::time_point deadline) {
    co_await wait_answer(operation, *machine, access, deadline);
    co_await wait_plugins(operation, *machine, deadline);
    operation.stage("ssh");
    co_await wait_login(operation, *machine, access, deadline);
}

} // namespace banger::vm
