#include "api_client/http.hpp"

#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/unix_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace banger::api_client {
namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;
using Clock = std::chrono::steady_clock;

namespace {

os::Error closed(const std::string& hint = {}) {
    return {os::ErrorKind::unavailable, "bangerd closed the connection", hint};
}

} // namespace

/// Feeds received bytes to Beast's parser and collects what comes out as body.
class Response::Parser final : public http::basic_parser<false> {
  public:
    Parser() {
        eager(true);
        body_limit(boost::none); // the daemon is ours, and consoles are endless
    }

    /// Parses as much of what has arrived as can be.
    void feed(std::string_view bytes) {
        pending_.append(bytes);
        while (!pending_.empty() && !is_done()) {
            error_code error;
            const std::size_t used = put(boost::asio::buffer(pending_), error);
            pending_.erase(0, used);
            if (error == http::error::need_more || (used == 0 && !error)) {
                return;
            }
            check(error);
        }
    }

    void end_of_stream() {
        error_code error;
        if (!is_done() && got_some()) {
            put_eof(error);
        } else if (!is_done()) { // the daemon ended before its first byte
            error = http::error::end_of_stream;
        }
        check(error);
    }

    [[nodiscard]] unsigned status() const noexcept { return status_; }
    [[nodiscard]] std::string take_body() { return std::exchange(body_, {}); }
    [[nodiscard]] std::string take_pending() { return std::exchange(pending_, {}); }

  private:
    static void check(const error_code& error) {
        if (error == http::error::partial_message || error == http::error::end_of_stream) {
            throw closed();
        }
        if (error) {
            throw os::Error(os::ErrorKind::internal,
                            "bangerd sent a bad HTTP answer: " + error.message());
        }
    }

    void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code&) override {
        status_ = static_cast<unsigned>(code);
    }
    void on_field_impl(http::field, string_view, string_view, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override {
        body_.append(body.data(), body.size());
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
        body_.append(body.data(), body.size());
        return body.size();
    }
    void on_finish_impl(error_code&) override {}

    unsigned status_ = 0;
    std::string pending_; ///< received, not parsed: half a head, or the raw stream after a 101
    std::string body_;
};

namespace {

enum class Arrival { bytes, nothing, end };

/// One read that never waits.
Arrival read_some(int fd, std::string& into) {
    std::array<char, 65536> buffer; // NOLINT(*-init): filled by recv
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n > 0) {
        into.assign(buffer.data(), static_cast<std::size_t>(n));
        return Arrival::bytes;
    }
    if (n == 0 || errno == ECONNRESET) {
        return Arrival::end;
    }
    if (errno == EAGAIN || errno == EINTR) {
        return Arrival::nothing;
    }
    throw os::errno_error("read from bangerd");
}

void wait_readable(int fd, Clock::time_point deadline) {
    if (!os::wait_ready(fd, POLLIN, deadline)) {
        throw os::Error(os::ErrorKind::timeout, "bangerd does not answer",
                        "look at its log: banger daemon logs");
    }
}

std::string head_of(const Request& request) {
    std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: banger\r\n";
    if (!request.upgrade.empty()) {
        text += "Connection: Upgrade\r\nUpgrade: " + request.upgrade + "\r\n";
    } else {
        text += "Connection: close\r\n";
    }
    if (!request.body.empty()) {
        text += "Content-Type: application/json\r\n";
    }
    if (!request.body.empty() || request.method != "GET") {
        text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    }
    return text + "\r\n";
}

} // namespace

Response::Response(os::UniqueFd fd, std::unique_ptr<Parser> parser) noexcept
    : fd_(std::move(fd)), parser_(std::move(parser)) {}
Response::Response(Response&&) noexcept = default;
Response& Response::operator=(Response&&) noexcept = default;
Response::~Response() = default;

int Response::status() const noexcept {
    return static_cast<int>(parser_->status());
}

int Response::fd() const noexcept {
    return fd_.get();
}

bool Response::receive(const Sink& sink) {
    std::string bytes;
    const Arrival arrival = parser_->is_done() ? Arrival::nothing : read_some(fd_.get(), bytes);
    if (arrival == Arrival::bytes) {
        parser_->feed(bytes);
    }
    if (const std::string body = parser_->take_body(); !body.empty()) {
        sink(body);
    }
    if (arrival == Arrival::end) {
        parser_->end_of_stream();
    }
    return !parser_->is_done();
}

std::string Response::read_all(std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    std::string all;
    while (receive([&](std::string_view part) { all += part; })) {
        wait_readable(fd_.get(), deadline);
    }
    return all;
}

os::UniqueFd Response::take_stream(std::string& first_bytes) {
    first_bytes = parser_->take_pending();
    return std::move(fd_);
}

Response send(const std::filesystem::path& socket, const Request& request,
              std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    os::UniqueFd fd = os::connect_unix(socket);
    os::send_all(fd.get(), head_of(request) + request.body, timeout);
    auto parser = std::make_unique<Response::Parser>();
    std::string bytes;
    while (!parser->is_header_done()) {
        wait_readable(fd.get(), deadline);
        switch (read_some(fd.get(), bytes)) {
        case Arrival::bytes:
            parser->feed(bytes);
            break;
        case Arrival::end:
            throw closed(request.method == "GET"
                             ? ""
                             : "what it was asked for may be under way all the same; look with: "
                               "banger op ls, banger vm ls");
        case Arrival::nothing:
            break;
        }
    }
    return {std::move(fd), std::move(parser)};
}

std::string encoded(std::string_view text) {
    static constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static constexpr std::string_view hex = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos) {
            result += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            result += {'%', hex[byte >> 4U], hex[byte & 15U]};
        }
    }
    return result;
}

} // namespace banger::api_client
