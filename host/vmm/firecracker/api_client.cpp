#include "vmm/firecracker/api_client.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

namespace banger::vmm::firecracker {
namespace http = boost::beast::http;
using boost::beast::error_code;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

Error no_http(const std::string& what) {
    return {ErrorKind::invalid, "Firecracker's API: " + what};
}

void check(const ApiRequest& request) {
    const bool path = !request.path.empty() && request.path.front() == '/' &&
                      std::all_of(request.path.begin(), request.path.end(),
                                  [](char c) { return c > ' ' && c < '\x7F'; });
    const bool method = http::string_to_verb(request.method) != http::verb::unknown;
    if (!path || !method) {
        throw no_http("\"" + request.name() + "\" is no request");
    }
    if (request.body.size() > ApiClient::max_request_body) {
        throw no_http(request.name() + " has a body of " + std::to_string(request.body.size()) +
                      " bytes; it takes " + std::to_string(ApiClient::max_request_body));
    }
}

std::string bytes_of(const ApiRequest& request) {
    constexpr unsigned http_1_1 = 11;
    http::request<http::string_body> message(http::string_to_verb(request.method), request.path,
                                             http_1_1, request.body);
    message.set(http::field::host, "localhost");
    message.set(http::field::accept, "application/json");
    if (!request.body.empty()) {
        message.set(http::field::content_type, "application/json");
    }
    message.prepare_payload();
    http::request_serializer<http::string_body> serializer(message);
    std::string bytes;
    while (!serializer.is_done()) {
        error_code error;
        std::size_t size = 0;
        serializer.next(error, [&](error_code&, const auto& buffers) {
            for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
                bytes.append(static_cast<const char*>(buffer.data()), buffer.size());
                size += buffer.size();
            }
        });
        if (error) {
            throw no_http(request.name() + ": " + error.message());
        }
        serializer.consume(size);
    }
    return bytes;
}

/// For a terminal and a log: `most` bytes, without anything that moves a cursor.
std::string plain(std::string text, std::size_t most) {
    text.resize(std::min(text.size(), most));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
    return text;
}

/// "fault_message" of an error's body, else the status and what else came.
std::string words_of(const json& body, std::string text, unsigned status) {
    if (body.is_object()) {
        const auto fault = body.find("fault_message");
        if (fault != body.end() && fault->is_string()) {
            return plain(fault->get<std::string>(), 400);
        }
    }
    return "HTTP status " + std::to_string(status) +
           (body.is_discarded() ? ": " + plain(std::move(text), 200) : std::string());
}

ApiClient::Reply reply_of(const http::response<http::string_body>& message) {
    ApiClient::Reply reply;
    reply.status = message.result_int();
    reply.ok = reply.status >= 200 && reply.status < 300;
    reply.data = json::object();
    if (!message.body().empty()) {
        reply.data = json::parse(message.body(), nullptr, false);
    }
    if (!reply.ok) {
        reply.error = words_of(reply.data, message.body(), reply.status);
    } else if (reply.data.is_discarded()) {
        throw no_http("an answer that is not JSON");
    }
    return reply;
}

} // namespace

struct ApiClient::Parser {
    Parser() {
        http.eager(true);
        http.header_limit(max_reply_head);
        http.body_limit(max_reply_body);
    }
    http::response_parser<http::string_body> http;
};

ApiClient::ApiClient() = default;
ApiClient::ApiClient(ApiClient&& other) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&& other) noexcept = default;
ApiClient::~ApiClient() = default;

void ApiClient::call(const ApiRequest& request, OnReply on_reply) {
    check(request);
    calls_.push_back({bytes_of(request), std::move(on_reply)});
    if (calls_.size() == 1) {
        send_next();
    }
}

void ApiClient::send_next() {
    if (!calls_.empty()) {
        out_ += std::exchange(calls_.front().bytes, {});
        parser_ = std::make_unique<Parser>();
    }
}

void ApiClient::feed(std::string_view bytes) {
    in_.append(bytes);
    while (!in_.empty()) {
        if (calls_.empty() || !out_.empty()) {
            // Also an answer to what it has not got yet is none.
            throw no_http("bytes that answer no request");
        }
        error_code error;
        const std::size_t used = parser_->http.put(boost::asio::buffer(in_), error);
        in_.erase(0, used);
        if (error && error != http::error::need_more) {
            throw no_http(error.message());
        }
        if (parser_->http.is_done()) {
            answer();
        } else if (error || used == 0) {
            break;
        }
    }
    if (in_.size() > max_reply_head + max_reply_body) {
        throw no_http("an answer without an end");
    }
}

void ApiClient::answer() {
    const Reply reply = reply_of(parser_->http.get());
    const OnReply on_reply = std::move(calls_.front().on_reply);
    calls_.pop_front();
    send_next();
    on_reply(reply);
}

void ApiClient::closed() {
    Reply reply;
    reply.error = "the VMM has ended";
    reply.data = json::object();
    out_.clear();
    in_.clear();
    for (std::deque<Call> calls = std::exchange(calls_, {}); !calls.empty(); calls.pop_front()) {
        calls.front().on_reply(reply);
    }
}

os::Error refusal(const ApiRequest& request, const ApiClient::Reply& reply) {
    return {ErrorKind::unavailable, "Firecracker: " + request.name() + ": " + reply.error};
}

} // namespace banger::vmm::firecracker
