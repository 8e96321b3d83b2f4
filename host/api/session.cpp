#include "api/session.hpp"

#include "api/deadline.hpp"
#include "api/problem.hpp"
#include "api/router.hpp"
#include "os/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <sstream>

#include <sys/socket.h>

namespace banger::api {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using os::Error;
using os::ErrorKind;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds linger_time{1000};
constexpr std::size_t linger_bytes = 8U << 20U;

template <class Body>
http::response<Body> head_of(const Response& response, unsigned version, bool keep_alive) {
    http::response<Body> head(static_cast<http::status>(response.status), version);
    for (const auto& [name, value] : response.headers) {
        head.set(name, value);
    }
    head.set(http::field::content_type, response.content_type);
    head.keep_alive(keep_alive);
    return head;
}

/// What to tell a client whose request cannot be read; nullopt when it is not there to be told.
std::optional<Response> answer_to(const error_code& code) {
    if (code == http::error::header_limit) {
        return problem(Error(ErrorKind::invalid, "the headers are too long"), 431);
    }
    if (code == http::error::body_limit) {
        return problem(Error(ErrorKind::invalid, "the body is too long"), 413);
    }
    if (code == asio::error::timed_out) {
        return problem(Error(ErrorKind::timeout, "the request did not come in time"), 408);
    }
    const bool of_http = code.category() == make_error_code(http::error::bad_method).category();
    if (of_http && code != http::error::end_of_stream && code != http::error::partial_message) {
        return problem(Error(ErrorKind::invalid, "this is no HTTP request: " + code.message()));
    }
    return std::nullopt;
}

Request translated(http::request<http::string_body> message, const std::string& caller) {
    Request request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    request.caller = caller;
    if (http::token_list(message[http::field::connection]).exists("upgrade")) {
        request.upgrade = std::string(message[http::field::upgrade]);
    }
    request.body = std::move(message.body());
    return request;
}

std::string chunk(const std::string& bytes) {
    std::ostringstream out;
    out << std::hex << bytes.size() << "\r\n" << bytes << "\r\n";
    return out.str();
}

template <class Head>
std::string text_of(const Head& head) {
    std::ostringstream out;
    out << head;
    return out.str();
}

/// Closes the answer's stream when the client goes while there is nothing to send to it.
asio::awaitable<void> watch(Socket& socket, std::shared_ptr<Stream> answer) {
    error_code code;
    co_await socket.async_wait(Socket::wait_read, asio::redirect_error(asio::use_awaitable, code));
    if (code || answer->is_closed()) {
        co_return; // the answer is at its end, and the socket may be gone
    }
    char byte = 0;
    const ssize_t n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        answer->close();
    }
    // Else it has sent its next request already: it waits for the end of this answer.
}

} // namespace

struct Session::State {
    using Parser = http::request_parser<http::string_body>;

    State(Socket socket_of, const Router& router_of, const ServerOptions& options_of,
          std::string caller_of)
        : socket(std::move(socket_of)), router(router_of), options(options_of),
          caller(std::move(caller_of)) {}

    Socket socket;
    const Router& router;
    const ServerOptions& options;
    std::string caller;
    beast::flat_buffer buffer;
    std::shared_ptr<Stream> answer; ///< the stream that is being sent
    bool waiting = false;           ///< between two requests
    bool upgraded = false;
    bool closing = false;

    // Those that give a bool: whether the connection is still good. Their arguments are no
    // temporaries: GCC 12 may destroy one twice in an expression that awaits.
    asio::awaitable<void> serve();
    asio::awaitable<bool> serve_one();
    asio::awaitable<error_code> read(Parser& parser);
    asio::awaitable<error_code> read_first_bytes();
    asio::awaitable<error_code> read_head(Parser& parser);
    asio::awaitable<error_code> read_body(Parser& parser);
    asio::awaitable<bool> send(Response& response, unsigned version, bool keep);
    asio::awaitable<bool> send_head(const Response& response, unsigned version, bool keep);
    asio::awaitable<bool> send_stream(Response& response, unsigned version, bool keep);
    asio::awaitable<bool> send_chunks(bool chunked);
    asio::awaitable<void> upgrade(Response& response, unsigned version);
    asio::awaitable<bool> write(std::string_view bytes);
    asio::awaitable<void> linger();

    void log(std::string_view level, const std::string& text) const {
        if (options.log) {
            options.log(level, text);
        }
    }
    void log_answer(const std::string& title, const Response& response, Clock::time_point began);
};

void Session::State::log_answer(const std::string& title, const Response& response,
                                Clock::time_point began) {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
    const bool bad = response.status >= 500;
    log(bad ? "warning" : "debug",
        caller + ": " + title + " -> " + std::to_string(response.status) + " in " +
            std::to_string(time.count()) + " ms" + (bad ? ": " + response.body : ""));
}

asio::awaitable<bool> Session::State::write(std::string_view bytes) {
    const Deadline deadline(socket, options.write_time);
    error_code code;
    co_await asio::async_write(socket, asio::buffer(bytes.data(), bytes.size()),
                               asio::redirect_error(asio::use_awaitable, code));
    co_return !code;
}

asio::awaitable<error_code> Session::State::read_first_bytes() {
    const Deadline deadline(socket, options.idle_time);
    error_code code;
    waiting = true;
    const std::size_t n = co_await socket.async_read_some(
        buffer.prepare(4096), asio::redirect_error(asio::use_awaitable, code));
    waiting = false;
    buffer.commit(n);
    co_return code;
}

asio::awaitable<error_code> Session::State::read_head(Parser& parser) {
    const Deadline deadline(socket, options.header_time);
    error_code code;
    std::size_t taken = 0; // the parser's own limit is one of each line
    while (!code && !parser.is_header_done()) {
        taken += co_await http::async_read_some(socket, buffer, parser,
                                                asio::redirect_error(asio::use_awaitable, code));
        if (taken > options.max_header) {
            code = http::error::header_limit;
        }
    }
    co_return deadline.passed() ? error_code(asio::error::timed_out) : code;
}

asio::awaitable<error_code> Session::State::read_body(Parser& parser) {
    const Deadline deadline(socket, options.body_time);
    error_code code;
    co_await http::async_read(socket, buffer, parser,
                              asio::redirect_error(asio::use_awaitable, code));
    co_return deadline.passed() ? error_code(asio::error::timed_out) : code;
}

/// Reads one request, each part of it within its time.
asio::awaitable<error_code> Session::State::read(Parser& parser) {
    parser.header_limit(static_cast<std::uint32_t>(options.max_header));
    parser.body_limit(options.max_body);
    if (buffer.size() == 0) {
        if (const error_code code = co_await read_first_bytes()) {
            co_return code;
        }
    }
    if (const error_code code = co_await read_head(parser)) {
        co_return code;
    }
    if (beast::iequals(parser.get()[http::field::expect], "100-continue") && !parser.is_done()) {
        const bool sent = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!sent) {
            co_return asio::error::broken_pipe;
        }
    }
    co_return co_await read_body(parser);
}

asio::awaitable<bool> Session::State::serve_one() {
    Parser parser;
    if (const error_code code = co_await read(parser)) {
        if (auto complaint = answer_to(code)) {
            const bool sent = co_await send(*complaint, 11, false);
            if (sent) {
                co_await linger();
            }
        }
        co_return false;
    }
    const std::string coding(parser.get()[http::field::transfer_encoding]);
    if (!coding.empty() && !beast::iequals(coding, "chunked")) { // where its body ends is not known
        Response refusal = problem(Error(ErrorKind::unsupported,
                                         "a body with Transfer-Encoding: " + coding.substr(0, 80),
                                         "send it as it is, or chunked"));
        co_await send(refusal, 11, false);
        co_return false;
    }
    const unsigned version = parser.get().version();
    const bool keep = parser.keep_alive();
    const bool head_only = parser.get().method() == http::verb::head;
    Request request = translated(parser.release(), caller);
    const std::string title = request.method + " " + request.target;
    const auto began = Clock::now();
    Response response = co_await router.handle(std::move(request));
    log_answer(title, response, began);
    if (response.upgrade) {
        co_await upgrade(response, version);
        co_return false;
    }
    if (response.stream) {
        co_return co_await send_stream(response, version, keep && !closing);
    }
    const bool last = !keep || closing;
    bool sent = false;
    if (head_only) {
        sent = co_await send_head(response, version, !last);
    } else {
        sent = co_await send(response, version, !last);
    }
    co_return sent && !last;
}

asio::awaitable<bool> Session::State::send(Response& response, unsigned version, bool keep) {
    auto message = head_of<http::string_body>(response, version, keep);
    message.body() = std::move(response.body);
    message.prepare_payload();
    const Deadline deadline(socket, options.write_time);
    error_code code;
    co_await http::async_write(socket, message, asio::redirect_error(asio::use_awaitable, code));
    co_return !code;
}

/// The answer to HEAD: what GET would say, without the body.
asio::awaitable<bool> Session::State::send_head(const Response& response, unsigned version,
                                                bool keep) {
    auto head = head_of<http::empty_body>(response, version, keep);
    head.content_length(response.body.size());
    const std::string text = text_of(head.base());
    co_return co_await write(text);
}

asio::awaitable<bool> Session::State::send_stream(Response& response, unsigned version, bool keep) {
    const bool chunked = version >= 11; // else the end of the connection is the end of the body
    auto head = head_of<http::empty_body>(response, version, keep && chunked);
    head.chunked(chunked);
    const std::string head_text = text_of(head.base());
    const bool sent = co_await write(head_text);
    if (!sent) {
        co_return false;
    }
    answer = start_stream(socket.get_executor(), std::move(response.stream));
    if (closing) {
        answer->close();
    }
    asio::co_spawn(socket.get_executor(), watch(socket, answer), asio::detached);
    bool whole = co_await send_chunks(chunked);
    answer->close();
    answer.reset();
    error_code code;
    socket.cancel(code); // ends watch()
    if (whole && chunked) {
        whole = co_await write("0\r\n\r\n");
    }
    co_return whole&& keep&& chunked;
}

/// False when the stream did not come to its own end, which the client must see.
asio::awaitable<bool> Session::State::send_chunks(bool chunked) {
    const auto source = answer;
    try {
        while (auto bytes = co_await source->read()) {
            if (chunked) {
                bytes = chunk(*bytes);
            }
            const bool sent = co_await write(*bytes);
            if (!sent) {
                co_return false;
            }
        }
    } catch (...) {
        log("warning", caller + ": a stream ended: " + os::current_error().what());
        co_return false;
    }
    co_return source->finished() && !source->is_closed();
}

asio::awaitable<void> Session::State::upgrade(Response& response, unsigned version) {
    http::response<http::empty_body> head(http::status::switching_protocols, version);
    head.set(http::field::connection, "Upgrade");
    head.set(http::field::upgrade, response.protocol);
    const std::string head_text = text_of(head.base());
    const bool sent = co_await write(head_text);
    if (!sent || closing) {
        co_return;
    }
    upgraded = true;
    std::string first = beast::buffers_to_string(buffer.data());
    buffer.consume(buffer.size());
    try {
        co_await response.upgrade(socket, std::move(first));
    } catch (...) {
        log("warning", caller + ": " + response.protocol + " ended: " + os::current_error().what());
    }
}

/// Lets the client read the last answer: a socket that is closed with bytes unread is reset.
asio::awaitable<void> Session::State::linger() {
    const Deadline deadline(socket, linger_time);
    error_code code;
    socket.shutdown(Socket::shutdown_send, code);
    std::string dropped(65536, '\0');
    std::size_t seen = 0;
    while (!code && seen < linger_bytes) {
        seen += co_await socket.async_read_some(asio::buffer(dropped),
                                                asio::redirect_error(asio::use_awaitable, code));
    }
}

asio::awaitable<void> Session::State::serve() {
    bool good = true;
    while (good && !closing) {
        good = co_await serve_one();
    }
}

Session::Session(Socket socket, const Router& router, const ServerOptions& options,
                 std::string caller)
    : state_(std::make_unique<State>(std::move(socket), router, options, std::move(caller))) {}

Session::~Session() = default;

asio::awaitable<void> Session::run() {
    try {
        co_await state_->serve();
    } catch (...) {
        state_->log("warning", state_->caller + ": " + os::current_error().what());
    }
}

void Session::close() {
    state_->closing = true;
    if (state_->waiting || state_->upgraded) {
        cut();
    }
}

void Session::end_stream() {
    if (state_->answer) {
        state_->answer->close();
    }
}

void Session::cut() noexcept {
    end_stream();
    error_code code;
    state_->socket.close(code);
}

std::string refusal(const Response& response) {
    auto message = head_of<http::string_body>(response, 11, false);
    message.body() = response.body;
    message.prepare_payload();
    return text_of(message);
}

} // namespace banger::api
