#include "connection.hpp"

#include "feed.hpp"
#include "feed_pipe.hpp"
#include "message.hpp"
#include "refusal_page.hpp"
#include "response_head.hpp"
#include "terminal/viewer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>

#include <sys/socket.h>

namespace web {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds linger_time{2000};
constexpr std::size_t linger_bytes = 1U << 20U;

/// What to say of a request that cannot be read; nothing when nobody is there to hear it.
std::optional<Refusal> refusal_of(const error_code& code) {
    if (code == http::error::header_limit || code == http::error::buffer_overflow) {
        return Refusal{431, "The request is too long", "its headers are longer than 16 KiB", ""};
    }
    if (code == asio::error::timed_out) {
        return Refusal{408, "Too slow", "the request did not come in time", "nothing was changed"};
    }
    const bool of_http = code.category() == make_error_code(http::error::bad_method).category();
    if (of_http && code != http::error::end_of_stream && code != http::error::partial_message) {
        return Refusal{400, "Bad request", "this is no request of HTTP", ""};
    }
    return std::nullopt;
}

/// What comes from another thread. Shared by both, each may be the last.
struct Awaited {
    explicit Awaited(const asio::any_io_executor& executor)
        : news(executor, SteadyClock::time_point::max()) {}
    asio::steady_timer news; ///< cancelled when there is something, or nothing will come any more
    std::optional<Response> response;
};

} // namespace

struct Connection::State {
    using Parser = http::request_parser<http::string_body>;

    State(Socket socket_of, std::optional<std::uint32_t> uid_of, Service& service_of)
        : socket(std::move(socket_of)), uid(uid_of), service(service_of),
          buffer(service_of.limits.header_bytes) {} // the parser has no limit of what comes at once
    ~State() {
        if (pipe) {
            pipe->close(); // a feed may outlive us
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Socket socket;
    std::optional<std::uint32_t> uid;
    Service& service;
    boost::beast::flat_buffer buffer;
    std::optional<SteadyClock::time_point> idle_since;
    std::shared_ptr<FeedPipe> pipe;   ///< while a feed is told
    std::shared_ptr<Awaited> awaited; ///< while a worker or a feed is waited for
    std::optional<Viewer> viewer;     ///< while it is a WebSocket
    bool closing = false;

    // Those that give a bool: whether the connection is still good. Their arguments are no
    // temporaries: GCC 12 may destroy one twice in an expression that awaits.
    asio::awaitable<void> serve();
    asio::awaitable<bool> serve_one();
    asio::awaitable<error_code> read_first_bytes();
    asio::awaitable<error_code> read_head(Parser& parser);
    asio::awaitable<error_code> read_body(Parser& parser);
    asio::awaitable<Response> answer(const Head& head, const std::string& body, bool too_large);
    asio::awaitable<Response> on_worker(std::function<Response(banger::Call&)> make);
    asio::awaitable<bool> send(const Response& response, bool keep, bool head_only);
    asio::awaitable<bool> tell(const Response& response);
    asio::awaitable<void> tell_all();
    asio::awaitable<bool> view(const Response& response, const Viewer::Upgrade& upgrade);
    asio::awaitable<bool> write(std::string_view bytes);
    asio::awaitable<void> refuse(const Refusal& refusal, bool head_only);
    asio::awaitable<void> complain(error_code code, bool head_only);
    void cut() noexcept;
    asio::awaitable<void> linger();
};

asio::awaitable<bool> Connection::State::write(std::string_view bytes) {
    const Deadline deadline(socket, service.limits.write_time);
    error_code code;
    co_await asio::async_write(socket, asio::buffer(bytes.data(), bytes.size()),
                               asio::redirect_error(asio::use_awaitable, code));
    co_return !code;
}

asio::awaitable<error_code> Connection::State::read_first_bytes() {
    const Deadline deadline(socket, service.limits.idle_time);
    error_code code;
    idle_since = SteadyClock::now();
    const std::size_t n = co_await socket.async_read_some(
        buffer.prepare(4096), asio::redirect_error(asio::use_awaitable, code));
    idle_since.reset();
    buffer.commit(n);
    co_return code;
}

asio::awaitable<error_code> Connection::State::read_head(Parser& parser) {
    if (buffer.size() == 0) {
        const error_code code = co_await read_first_bytes();
        if (code) {
            co_return code;
        }
    }
    const Deadline deadline(socket, service.limits.header_time);
    error_code code;
    std::size_t taken = 0; // the parser's own limit is one of each line
    while (!code && !parser.is_header_done()) {
        taken += co_await http::async_read_some(socket, buffer, parser,
                                                asio::redirect_error(asio::use_awaitable, code));
        if (taken > service.limits.header_bytes) {
            code = http::error::header_limit;
        }
    }
    co_return deadline.passed() ? error_code(asio::error::timed_out) : code;
}

asio::awaitable<error_code> Connection::State::read_body(Parser& parser) {
    const Deadline deadline(socket, service.limits.body_time);
    error_code code;
    if (parser.content_length().value_or(0) > service.limits.body_bytes) {
        co_return http::error::body_limit;
    }
    parser.body_limit(service.limits.body_bytes);
    co_await http::async_read(socket, buffer, parser,
                              asio::redirect_error(asio::use_awaitable, code));
    co_return deadline.passed() ? error_code(asio::error::timed_out) : code;
}

asio::awaitable<bool> Connection::State::serve_one() {
    Parser parser;
    parser.header_limit(service.limits.header_bytes);
    parser.body_limit(boost::none); // who asks is judged before how much
    error_code code = co_await read_head(parser);
    if (code) {
        co_await complain(code, false);
        co_return false;
    }
    const Head head = head_of(parser.get(), uid);
    const bool head_only = head.method == "HEAD";
    const auto refusal = service.gate.check(head);
    if (refusal) {
        service.host.log(BANGER_LOG_DEBUG, "a request was refused",
                         {{"status", std::to_string(refusal->status)}, {"why", refusal->cause}});
        co_await refuse(*refusal, head_only);
        co_return false;
    }
    code = co_await read_body(parser);
    const bool too_large = code == http::error::body_limit;
    if (code && !too_large) {
        co_await complain(code, head_only);
        co_return false;
    }
    const bool keep = parser.keep_alive() && parser.get().version() >= 11 && !too_large;
    const std::string body = too_large ? std::string() : std::move(parser.get().body());
    const Response response = co_await answer(head, body, too_large);
    if (response.feed && !head_only) {
        co_return co_await tell(response);
    }
    if (response.shell) {
        co_return co_await view(response, parser.get());
    }
    const bool last = !keep || response.feed || closing || service.closing;
    const bool sent = co_await send(response, !last, head_only);
    if (sent && last && !service.closing) {
        co_await linger();
    }
    co_return sent && !last;
}

asio::awaitable<Response> Connection::State::answer(const Head& head, const std::string& body,
                                                    bool too_large) {
    auto request = request_of(head, service.gate.host_of(head), body);
    if (!request) {
        co_return refusal_page({400, "Bad request",
                                "the address or the form is not encoded as it should be",
                                "nothing was changed"});
    }
    request->id = "w" + std::to_string(++service.last_request);
    std::function<Response(banger::Call&)> make =
        [&answers = service.answers, too_large, request = std::move(*request)](banger::Call& call) {
            return too_large ? answers.too_large(call, request) : answers.answer(call, request);
        };
    Response response = co_await on_worker(std::move(make));
    if (response.feed && service.streams >= service.limits.streams) {
        co_return refusal_page({503, "Too many streams",
                                "this many pages are told of what happens already",
                                "close some of them; the others go on"});
    }
    co_return response;
}

asio::awaitable<Response>
Connection::State::on_worker(std::function<Response(banger::Call&)> make) {
    const auto executor = socket.get_executor();
    const auto pending = std::make_shared<Awaited>(executor);
    // Goes with the job, whether or not it was run to its end.
    std::shared_ptr<void> over(nullptr, [pending, executor](void*) {
        asio::post(executor, [pending] { pending->news.cancel(); });
    });
    const bool taken = service.workers.add(
        [pending, executor, over = std::move(over), make = std::move(make)](banger::Call& call) {
            Response response = make(call);
            asio::post(executor, [pending, response = std::move(response)]() mutable {
                pending->response = std::move(response);
            });
        });
    if (taken) {
        error_code ignored; // the cancelled wait is the good end
        awaited = pending;
        co_await pending->news.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        awaited.reset();
    }
    if (!pending->response) {
        co_return refusal_page({503, "Not now", "this page was not made",
                                "where the daemon is being stopped: banger daemon start"});
    }
    co_return std::move(*pending->response);
}

asio::awaitable<bool> Connection::State::send(const Response& response, bool keep, bool head_only) {
    std::string bytes = response_head(response, keep);
    if (!head_only && response.status != 304) {
        bytes += response.body;
    }
    co_return co_await write(bytes);
}

/// The feed tells until either side has enough of it. False: its end is the connection's.
asio::awaitable<bool> Connection::State::tell(const Response& response) {
    const std::string head = response_head(response, false);
    ++service.streams;
    const bool sent = co_await write(head);
    if (sent && !closing && !service.closing) {
        const auto executor = socket.get_executor();
        awaited = std::make_shared<Awaited>(executor);
        pipe =
            std::make_shared<FeedPipe>(service.limits.stream_bytes, [executor, awaited = awaited] {
                asio::post(executor, [awaited] { awaited->news.cancel(); });
            });
        response.feed->open(
            [pipe = pipe](std::string text) { return pipe->write(std::move(text)); });
        co_await tell_all();
        pipe->close();
        response.feed->close();
        pipe.reset();
        awaited.reset();
    }
    --service.streams;
    co_return false;
}

asio::awaitable<void> Connection::State::tell_all() {
    // Who reads a feed says nothing more: whatever comes is its end.
    socket.async_wait(Socket::wait_read, [pipe = pipe, awaited = awaited](const error_code&) {
        pipe->close();
        awaited->news.cancel();
    });
    while (pipe->is_open()) {
        const std::string text = pipe->take();
        if (!text.empty()) {
            const bool sent = co_await write(text);
            if (!sent) {
                break;
            }
            continue;
        }
        error_code ignored; // cancelled: there is more, or it is over
        co_await awaited->news.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

/// From here on it is a WebSocket. False: its end is the connection's.
asio::awaitable<bool> Connection::State::view(const Response& response,
                                              const Viewer::Upgrade& upgrade) {
    if (buffer.size() != 0) {
        const Refusal refusal{400, "Bad request", "something was sent before the upgrade", ""};
        co_await refuse(refusal, false);
        co_return false;
    }
    viewer.emplace(socket, service.limits, service.shells, *response.shell);
    if (!closing && !service.closing) {
        co_await viewer->run(upgrade);
    }
    viewer.reset();
    co_return false;
}

asio::awaitable<void> Connection::State::refuse(const Refusal& refusal, bool head_only) {
    const Response response = refusal_page(refusal);
    const bool sent = co_await send(response, false, head_only);
    if (sent) {
        co_await linger();
    }
}

asio::awaitable<void> Connection::State::complain(error_code code, bool head_only) {
    const auto refusal = refusal_of(code);
    if (refusal) {
        co_await refuse(*refusal, head_only);
    }
}

/// Lets the client read the last answer: a socket that is closed with bytes unread is reset.
asio::awaitable<void> Connection::State::linger() {
    const Deadline deadline(socket, linger_time);
    error_code code;
    socket.shutdown(Socket::shutdown_send, code);
    std::array<char, 16384> dropped{};
    std::size_t seen = 0;
    while (!code && seen < linger_bytes) {
        seen += co_await socket.async_read_some(asio::buffer(dropped),
                                                asio::redirect_error(asio::use_awaitable, code));
    }
}

void Connection::State::cut() noexcept {
    error_code ignored;
    socket.close(ignored);
    if (pipe) {
        pipe->close();
    }
    if (awaited) {
        awaited->news.cancel();
    }
    if (viewer) {
        viewer->cut();
    }
}

asio::awaitable<void> Connection::State::serve() {
    bool good = true;
    while (good && !closing && !service.closing) {
        good = co_await serve_one();
    }
}

Connection::Connection(Socket socket, std::optional<std::uint32_t> uid, Service& service)
    : state_(std::make_unique<State>(std::move(socket), uid, service)) {}

Connection::~Connection() = default;

asio::awaitable<void> Connection::run() {
    try {
        co_await state_->serve();
    } catch (const std::exception& error) {
        state_->service.host.log(BANGER_LOG_ERROR, "a connection failed",
                                 {{"error", error.what()}});
    } catch (...) {
        state_->service.host.log(BANGER_LOG_ERROR, "a connection failed");
    }
    state_->cut();
}

std::optional<SteadyClock::time_point> Connection::idle_since() const {
    return state_->idle_since;
}

std::optional<std::uint32_t> Connection::uid() const {
    return state_->uid;
}

void Connection::close() {
    state_->closing = true;
    if (state_->viewer) {
        state_->viewer->go_away();
    } else if (state_->idle_since || state_->pipe) {
        cut();
    }
}

void Connection::cut() noexcept {
    state_->cut();
}

} // namespace web
