#include "shell.hpp"

#include "state/daemon.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace web {
namespace asio = boost::asio;
using nlohmann::json;

namespace {

/// Root's own shell as it is at a login, whichever that is there.
json program(const TerminalSize& size) {
    return {{"argv", {"/bin/sh", "-c", "exec \"${SHELL:-/bin/sh}\" -l"}},
            {"env", {{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}, {"LANG", "C.UTF-8"}}},
            {"tty", true},
            {"rows", size.rows},
            {"columns", size.columns}};
}

} // namespace

Shell::Shell(const asio::any_io_executor& executor, const ShellWish& wish, std::string id,
             const ShellLimits& limits, std::function<void()> changed)
    : executor_(executor), limits_(limits), id_(std::move(id)), vm_id_(wish.vm_id),
      vm_name_(wish.vm_name), uid_(wish.uid), size_(wish.size), changed_(std::move(changed)),
      stream_(executor), written_(limits.scrollback_bytes), typed_(executor), room_(executor) {}

void Shell::begin(const std::string& socket) {
    asio::co_spawn(executor_, run(shared_from_this(), socket), asio::detached);
}

std::optional<Shell::Clock::time_point> Shell::alone_since() const {
    return view_ ? std::nullopt : std::optional(left_);
}

std::shared_ptr<Shell::View> Shell::show(std::function<void()> wake, std::uint64_t seen,
                                         const TerminalSize& size) {
    if (view_) {
        view_->replaced = true;
        wake_view();
    }
    const bool goes_on = seen >= written_.begin() && seen <= written_.end();
    view_ = std::make_shared<View>();
    view_->wake = std::move(wake);
    view_->sent = goes_on ? seen : written_.first_line();
    if (view_->sent > 0 && !goes_on && size.rows > 1) {
        // What filled the screen is forgotten in part: a program is to draw it anew.
        resize({static_cast<std::uint16_t>(size.rows - 1), size.columns});
    }
    resize(size);
    room_.ring();
    changed_();
    return view_;
}

void Shell::leave(const std::shared_ptr<View>& view) {
    if (view_ == view) {
        view_.reset();
        left_ = Clock::now();
        room_.ring();
        changed_();
    }
}

bool Shell::has_room() const {
    return end_ || untaken_.size() + in_flight_ < limits_.untaken_bytes;
}

void Shell::type(std::string_view typed) {
    if (!end_) {
        untaken_ += input_frames(typed);
        typed_.ring();
    }
}

void Shell::resize(const TerminalSize& size) {
    if (!end_ && size != size_) {
        size_ = size;
        untaken_ += size_frame(size);
        typed_.ring();
    }
}

ShellEnd Shell::stopped() const {
    return {ShellEnd::Why::vm_stopped, "", ""};
}

void Shell::vm_has_ended() {
    finish(stopped());
}

void Shell::hang_up() {
    finish({ShellEnd::Why::exited, "it was left for too long", ""});
}

void Shell::wake_view() const {
    if (view_) {
        view_->wake();
    }
}

void Shell::finish(ShellEnd end) {
    if (end_) {
        return;
    }
    end_ = std::move(end);
    stream_.close();
    untaken_.clear();
    typed_.ring();
    room_.ring();
    wake_view();
    changed_();
}

asio::awaitable<void> Shell::run(Self self, std::string socket) {
    ShellEnd end;
    try {
        const std::string wanted = program(size_).dump();
        co_await stream_.open(socket, vm_name_, wanted, limits_.start_time);
        live_ = true;
        wake_view();
        asio::co_spawn(executor_, send_all(self), asio::detached);
        end = co_await listen();
    } catch (const Problem& problem) {
        const bool not_running = problem.kind() == "conflict";
        end = not_running ? stopped()
                          : ShellEnd{ShellEnd::Why::failed, problem.what(), problem.hint()};
    } catch (const std::exception& error) {
        end = {ShellEnd::Why::failed, error.what(), ""};
    }
    finish(std::move(end));
}

/// Reads of the guest until it ends; while its page is behind, nothing.
asio::awaitable<ShellEnd> Shell::listen() {
    for (;;) {
        const std::optional<GuestFrame> frame = co_await stream_.next();
        const bool is_end = !frame || frame->kind == FrameKind::end;
        if (is_end && (!frame || was_hung_up(frame->payload))) {
            co_await wait_for_the_vm();
        }
        if (is_end && vm_goes_) {
            co_return stopped();
        }
        if (!frame) {
            co_return ShellEnd{ShellEnd::Why::failed, "the guest's agent has gone away",
                               "it may be restarting: begin another shell in a moment"};
        }
        if (is_end) {
            co_return end_of_program(frame->payload);
        }
        while (is_read_enough()) { // or the page's next byte is forgotten for this frame
            co_await room_.wait();
        }
        written_.add(frame->payload);
        wake_view();
    }
}

bool Shell::is_read_enough() const {
    return view_ && !end_ && written_.end() - view_->sent >= limits_.unsent_bytes;
}

/// A guest that shuts down ends its programs before its VM has ended.
asio::awaitable<void> Shell::wait_for_the_vm() {
    if (!vm_goes_ && !end_) {
        asio::steady_timer limit(executor_, limits_.last_words);
        boost::system::error_code ignored;
        co_await limit.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

asio::awaitable<void> Shell::send_all(Self /*self*/) {
    while (!end_) {
        if (untaken_.empty()) {
            co_await typed_.wait();
            continue;
        }
        const std::string frames = std::exchange(untaken_, {});
        in_flight_ = frames.size();
        const bool sent = co_await stream_.write(frames);
        in_flight_ = 0;
        wake_view();
        if (!sent) {
            break; // its last words are still to be read
        }
    }
}

} // namespace web
