#include "guest_stream.hpp"

#include "http/deadline.hpp"
#include "http/percent.hpp"
#include "state/daemon.hpp"
#include "state/field.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace web {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using nlohmann::json;

namespace {

constexpr std::uint32_t longest_head = 16U << 10U;
constexpr std::uint64_t longest_refusal = 64U << 10U;

Problem problem_of(unsigned status, const std::string& body) {
    const json answer = json::parse(body, nullptr, false);
    const json& error = field_object(answer, "error");
    const std::string message = field_text(error, "message");
    return {static_cast<int>(status), field_text(error, "kind"),
            message.empty() ? "the daemon does not run programs in guests" : message,
            field_text(error, "hint")};
}

} // namespace

asio::awaitable<void> GuestStream::ask(const std::string& socket, const std::string& vm,
                                       const std::string& program_json) {
    const asio::local::stream_protocol::endpoint daemon(socket);
    co_await socket_.async_connect(daemon, asio::use_awaitable);
    http::request<http::string_body> request(http::verb::post,
                                             "/v1/vms/" + percent_encode(vm) + "/exec", 11);
    request.set(http::field::host, "banger");
    request.set(http::field::connection, "Upgrade");
    request.set(http::field::upgrade, "banger-exec/1");
    request.set(http::field::content_type, "application/json");
    request.body() = program_json;
    request.prepare_payload();
    co_await http::async_write(socket_, request, asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.header_limit(longest_head);
    parser.body_limit(longest_refusal);
    co_await http::async_read_header(socket_, buffer, parser, asio::use_awaitable);
    if (parser.get().result() != http::status::switching_protocols) {
        co_await http::async_read(socket_, buffer, parser, asio::use_awaitable);
        throw problem_of(parser.get().result_int(), parser.get().body());
    }
    const auto first = buffer.data();
    frames_.feed({static_cast<const char*>(first.data()), first.size()});
}

asio::awaitable<void> GuestStream::open(const std::string& socket, const std::string& vm,
                                        const std::string& program_json,
                                        std::chrono::milliseconds time) {
    const Deadline deadline(socket_.get_executor(), time, [this] { close(); });
    try {
        co_await ask(socket, vm, program_json);
    } catch (const boost::system::system_error& error) {
        if (deadline.passed()) {
            throw Problem(504, "timeout", "the guest's agent has not begun a shell in time",
                          "it may be busy: look at the VM's console");
        }
        throw Problem(503, "unavailable",
                      std::string("the daemon did not answer: ") + error.code().message(), "");
    }
}

asio::awaitable<std::optional<GuestFrame>> GuestStream::next() {
    for (;;) {
        std::optional<GuestFrame> frame = frames_.next();
        if (frame) {
            co_return frame;
        }
        error_code code;
        const std::size_t n = co_await socket_.async_read_some(
            asio::buffer(bytes_), asio::redirect_error(asio::use_awaitable, code));
        if (code) {
            co_return std::nullopt;
        }
        frames_.feed({bytes_.data(), n});
    }
}

asio::awaitable<bool> GuestStream::write(std::string_view frames) {
    error_code code;
    co_await asio::async_write(socket_, asio::buffer(frames.data(), frames.size()),
                               asio::redirect_error(asio::use_awaitable, code));
    co_return !code;
}

void GuestStream::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

} // namespace web
