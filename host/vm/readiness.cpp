#include "vm/readiness.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/run.hpp"
#include "vm/boot_report.hpp"

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

/// One connect, given up after `limit`: a SYN that got lost would be repeated only after a second.
asio::awaitable<boost::system::error_code>
try_connect(asio::io_context& loop, tcp::endpoint endpoint, std::chrono::milliseconds limit) {
    // Shared: a timer that has just run out calls its handler even when it is cancelled, after us.
    const auto socket = std::make_shared<tcp::socket>(loop);
    asio::steady_timer timer(loop, limit);
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

asio::awaitable<void> Readiness::wait_port(Operation& operation, Machine& machine,
                                           const SshAccess& access, Clock::time_point deadline) {
    const tcp::endpoint endpoint(asio::ip::make_address(access.host), access.port);
    std::string last = "nothing answered at " + access.host + " on port 22";
    for (;;) {
        check(operation, machine, deadline, last);
        const auto code = co_await try_connect(threads_.loop, endpoint, 250ms);
        if (!code) {
            co_return;
        }
        if (code == asio::error::connection_refused) {
            last = "the guest is up at " + access.host + ", but nothing answers on port 22";
        }
        // A refusal costs the guest next to nothing; a connect that waits has waited already.
        co_await sleep(threads_.loop, code == asio::error::connection_refused ? 15ms : 5ms);
    }
}

asio::awaitable<void> Readiness::wait_plugins(Operation& operation, Machine& machine,
                                              Clock::time_point deadline) {
    const VmView view = view_of(machine, settings_);
    for (const std::string& stage : capabilities_.readiness_stages(view)) {
        operation.stage(stage);
        CallContext context = operation.context();
        auto work = offload(threads_, [this, stage, view, context, deadline]() mutable {
            capabilities_.wait_ready(stage, view, context, deadline);
        });
        co_await std::move(work);
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
    co_await wait_port(operation, *machine, access, deadline);
    co_await wait_plugins(operation, *machine, deadline);
    operation.stage("ssh");
    co_await wait_login(operation, *machine, access, deadline);
}

} // namespace banger::vm
