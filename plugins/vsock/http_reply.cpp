#include "http_reply.hpp"

#include "guest_json.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;
using nlohmann::json;

constexpr std::size_t longest_message = 200;

/// A body that is handed on as it comes.
struct HandedOn {
    using value_type = HttpReply::Sink;
    class reader {
      public:
        template <bool isRequest, class Fields>
        reader(http::header<isRequest, Fields>&, value_type& sink) : sink_(sink) {}
        void init(const boost::optional<std::uint64_t>&, error_code& code) { code = {}; }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, error_code& code) {
            code = {};
            std::size_t size = 0;
            for (auto at = asio::buffer_sequence_begin(buffers);
                 at != asio::buffer_sequence_end(buffers); ++at) {
                const asio::const_buffer part(*at);
                sink_({static_cast<const char*>(part.data()), part.size()});
                size += part.size();
            }
            return size;
        }
        void finish(error_code& code) { code = {}; }

      private:
        value_type& sink_;
    };
};

json error_in(const HttpReply& reply) {
    const json body = json::parse(reply.body(), nullptr, false);
    return member(body, "error");
}

} // namespace

struct HttpReply::Parser : http::response_parser<HandedOn> {};

HttpReply::HttpReply(Sink sink) : parser_(std::make_unique<Parser>()) {
    parser_->header_limit(most_head);
    parser_->eager(true);
    if (sink) {
        parser_->body_limit(boost::none);
        parser_->get().body() = std::move(sink);
    } else {
        room_ = most_reply;
        parser_->body_limit(most_body);
        parser_->get().body() = [this](std::string_view bytes) { body_ += bytes; };
    }
}

HttpReply::~HttpReply() = default;

std::size_t HttpReply::feed(std::string_view bytes) {
    if (bytes.size() > room_) {
        throw Refused("an answer of more than " + std::to_string(most_reply) + " bytes");
    }
    room_ -= bytes.size();
    held_ += bytes;
    while (!done() && !held_.empty()) {
        error_code code;
        const std::size_t taken = parser_->put(asio::buffer(held_), code);
        held_.erase(0, taken);
        if (code && code != http::error::need_more) {
            throw Refused("no HTTP answer: " + code.message());
        }
        if (taken == 0) {
            break;
        }
    }
    if (has_head() && !done() && parser_->need_eof()) {
        throw Refused("an HTTP answer without a length");
    }
    if (done()) {
        const std::size_t beyond = held_.size();
        held_.clear();
        return bytes.size() - beyond;
    }
    if (held_.size() > most_head) { // a head, the line of a chunk or a trailer that does not end
        throw Refused("a head of more than " + std::to_string(most_head) + " bytes");
    }
    return bytes.size();
}

bool HttpReply::has_head() const {
    return parser_->is_header_done();
}
bool HttpReply::done() const {
    return parser_->is_done();
}
unsigned HttpReply::status() const {
    return has_head() ? parser_->get().result_int() : 0;
}
bool HttpReply::keeps_stream() const {
    return parser_->get().keep_alive();
}

std::string message_of_trouble(const HttpReply& reply) {
    return text_in(error_in(reply), "message", longest_message);
}

std::string trouble_in(const HttpReply& reply) {
    const std::string message = message_of_trouble(reply);
    return std::to_string(reply.status()) + (message.empty() ? "" : ": " + message);
}

std::string kind_of_trouble(const HttpReply& reply) {
    return text_in(error_in(reply), "kind", longest_message);
}

} // namespace vsock
