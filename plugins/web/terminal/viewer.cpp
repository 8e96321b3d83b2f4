#include "viewer.hpp"

#include "http/bell.hpp"
#include "page_messages.hpp"
#include "shells.hpp"
#include "state/daemon.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>
#include <utility>

namespace web {
namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::size_t longest_piece = 16U << 10U;

/// What is to be sent next.
struct Said {
    bool words = false; ///< not what the guest wrote
    std::string bytes;
    std::optional<CloseCode> then_close;
};

} // namespace

struct Viewer::State : std::enable_shared_from_this<State> {
    State(Socket& socket_of, const Limits& limits_of, Shells& shells_of, ShellWish wish_of)
        : socket(socket_of), limits(limits_of), shells(shells_of), wish(std::move(wish_of)),
          stream(socket_of), news(socket_of.get_executor()), pulse(socket_of.get_executor()) {}

    Socket& socket;
    const Limits& limits;
    Shells& shells;
    const ShellWish wish;
    websocket::stream<Socket&, false> stream;
    Bell news; ///< something is to be sent, there is room for what was typed, or it is over
    asio::steady_timer pulse;
    std::shared_ptr<Shell> shell; ///< none: `refused` says why
    std::shared_ptr<Shell::View> view;
    ShellEnd refused;
    std::uint64_t old_until = 0; ///< bytes before this one were written before this page looked
    std::uint64_t seen = 0;      ///< bytes that the page has drawn
    std::size_t helpers = 0;     ///< coroutines beside run()
    bool said_hello = false, said_live = false;
    bool going = false, closing = false, over = false;
    bool reading = false, heard = false; ///< something, since the last ping

    asio::awaitable<void> run(const Upgrade& upgrade);
    asio::awaitable<void> help(std::shared_ptr<State> self, asio::awaitable<void> work);
    asio::awaitable<void> read_all();
    asio::awaitable<void> send_all();
    asio::awaitable<void> beat();
    asio::awaitable<bool> send(const Said& said);
    asio::awaitable<void> close(CloseCode code);

    void look();
    void leave();
    void cut();
    bool take(std::string_view message, bool words);
    std::optional<Said> next();
    std::optional<Said> next_bytes();
    [[nodiscard]] bool is_ours() const { return view && !view->replaced; }
    [[nodiscard]] bool is_behind() const {
        return view && view->sent - seen >= limits.shell.unseen_bytes;
    }
};

void Viewer::State::look() {
    try {
        const Shells::Found found = shells.find(wish);
        shell = found.shell;
        view = shell->show(
            [self = weak_from_this()] {
                if (const auto held = self.lock()) {
                    held->news.ring();
                }
            },
            found.known ? wish.seen : 0, wish.size);
        seen = view->sent;
        old_until = shell->written().end();
    } catch (const Problem& problem) {
        const bool not_running = problem.kind() == "conflict";
        refused = not_running ? ShellEnd{ShellEnd::Why::vm_stopped, "", ""}
                              : ShellEnd{ShellEnd::Why::failed, problem.what(), problem.hint()};
    }
}

std::optional<Said> Viewer::State::next_bytes() {
    if (is_behind()) {
        return std::nullopt;
    }
    std::size_t most = longest_piece;
    if (view->sent < old_until) { // old and new are not in one message
        most = std::min<std::uint64_t>(most, old_until - view->sent);
    }
    std::string bytes = shell->written().read(view->sent, most);
    return bytes.empty() ? std::nullopt : std::optional(Said{false, std::move(bytes), {}});
}

std::optional<Said> Viewer::State::next() {
    const auto last = [](CloseCode code, const std::string& text, const std::string& hint) {
        return Said{true, end_text(code, text, hint), code};
    };
    if (!shell) {
        return last(close_code(refused.why), refused.text, refused.hint);
    }
    if (view->replaced) {
        return last(CloseCode::replaced, "", "");
    }
    if (going) {
        return last(CloseCode::going_away, "", "");
    }
    if (!said_hello) {
        said_hello = true;
        return Said{true, hello_text(shell->id(), view->sent, old_until - view->sent), {}};
    }
    if (shell->is_live() && !said_live) {
        said_live = true;
        return Said{true, live_text(), {}};
    }
    if (auto bytes = next_bytes()) {
        return bytes;
    }
    if (shell->end() && view->sent == shell->written().end()) {
        return last(close_code(shell->end()->why), shell->end()->text, shell->end()->hint);
    }
    return std::nullopt;
}

asio::awaitable<bool> Viewer::State::send(const Said& said) {
    const Deadline deadline(socket, limits.write_time);
    error_code code;
    stream.text(said.words);
    co_await stream.async_write(asio::buffer(said.bytes),
                                asio::redirect_error(asio::use_awaitable, code));
    co_return !code;
}

/// Whoever comes first: the stream does not end two at once.
asio::awaitable<void> Viewer::State::close(CloseCode code) {
    if (std::exchange(closing, true)) {
        co_return;
    }
    const Deadline deadline(socket, limits.shell.goodbye_time);
    error_code ignored;
    const websocket::close_reason reason(static_cast<std::uint16_t>(code));
    co_await stream.async_close(reason, asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Viewer::State::send_all() {
    while (!over) {
        const std::optional<Said> said = next();
        if (!said) {
            co_await news.wait();
            continue;
        }
        const bool sent = co_await send(*said);
        if (!sent) {
            co_return;
        }
        if (said->then_close) {
            leave(); // whoever comes next need not wait for this one's goodbye
            co_await close(*said->then_close);
            co_return;
        }
        if (!said->words) {
            view->sent += said->bytes.size();
            shell->took();
        }
    }
}

/// Pings: whatever is between us and the browser forgets who is silent, and we let go of it.
asio::awaitable<void> Viewer::State::beat() {
    while (!over) {
        const std::uint64_t seen_before = seen;
        const bool was_behind = is_behind();
        heard = false;
        error_code code;
        const websocket::ping_data nothing;
        co_await stream.async_ping(nothing, asio::redirect_error(asio::use_awaitable, code));
        if (code) {
            co_return;
        }
        pulse.expires_after(limits.shell.ping_time);
        co_await pulse.async_wait(asio::redirect_error(asio::use_awaitable, code));
        const bool is_silent = reading && !heard; // while we do not read, no pong is heard
        const bool is_stuck = was_behind && is_behind() && seen == seen_before;
        if (is_silent || is_stuck) {
            co_return;
        }
    }
}

bool Viewer::State::take(std::string_view message, bool words) {
    if (!words) {
        if (is_ours()) {
            shell->type(message);
        }
        return true;
    }
    const auto read = read_page_message(message);
    if (!read) {
        return false;
    }
    if (read->seen && view) {
        seen = std::clamp(*read->seen, seen, view->sent);
        news.ring();
    }
    if (read->size && is_ours()) {
        shell->resize(*read->size);
    }
    return true;
}

asio::awaitable<void> Viewer::State::read_all() {
    boost::beast::flat_buffer buffer;
    for (;;) {
        error_code code;
        reading = true;
        co_await stream.async_read(buffer, asio::redirect_error(asio::use_awaitable, code));
        reading = false;
        if (code) {
            co_return;
        }
        heard = true;
        const auto data = buffer.data();
        const bool good =
            take({static_cast<const char*>(data.data()), data.size()}, stream.got_text());
        buffer.clear();
        if (!good) {
            co_await close(CloseCode::not_understood);
            co_return;
        }
        while (!over && is_ours() && !shell->has_room()) {
            co_await news.wait();
        }
    }
}

/// The end of one is the end of all.
asio::awaitable<void> Viewer::State::help(std::shared_ptr<State> /*self*/,
                                          asio::awaitable<void> work) {
    try {
        co_await std::move(work);
    } catch (
        const std::exception&) { // NOLINT(bugprone-empty-catch): no memory; the page comes again
    }
    --helpers;
    cut();
}

asio::awaitable<void> Viewer::State::run(const Upgrade& upgrade) {
    stream.read_message_max(limits.shell.message_bytes);
    stream.auto_fragment(false);
    stream.control_callback(
        [this](websocket::frame_type, boost::beast::string_view) { heard = true; });
    error_code code;
    {
        const Deadline deadline(socket, limits.write_time);
        co_await stream.async_accept(upgrade, asio::redirect_error(asio::use_awaitable, code));
    }
    if (code) {
        co_return;
    }
    look();
    helpers = 2;
    asio::co_spawn(socket.get_executor(), help(shared_from_this(), send_all()), asio::detached);
    asio::co_spawn(socket.get_executor(), help(shared_from_this(), beat()), asio::detached);
    try {
        co_await read_all();
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): as in help()
    }
    cut();
    while (helpers > 0) {
        co_await news.wait();
    }
    leave();
}

void Viewer::State::leave() {
    if (view) {
        shell->leave(view);
    }
}

void Viewer::State::cut() {
    over = true;
    error_code ignored;
    socket.close(ignored);
    pulse.cancel();
    news.ring();
}

Viewer::Viewer(Socket& socket, const Limits& limits, Shells& shells, ShellWish wish)
    : state_(std::make_shared<State>(socket, limits, shells, std::move(wish))) {}

Viewer::~Viewer() = default;

asio::awaitable<void> Viewer::run(const Upgrade& upgrade) {
    co_await state_->run(upgrade);
}

void Viewer::go_away() {
    state_->going = true;
    state_->news.ring();
}

void Viewer::cut() {
    state_->cut();
}

} // namespace web
