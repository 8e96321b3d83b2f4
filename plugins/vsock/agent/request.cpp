#include "request.hpp"

#include "refusal.hpp"

#include <algorithm>
#include <charconv>

#include <boost/beast/http/basic_parser.hpp>

namespace agent {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using Text = boost::beast::string_view;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return text;
}

int hex(char c) {
    const auto digits = std::string_view("0123456789abcdef");
    const auto at = digits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string decoded(std::string_view text) {
    auto out = decode_percent(text);
    if (!out) {
        throw Refusal(Kind::invalid, "the target of the request is malformed");
    }
    return *out;
}

void read_target(std::string_view target, Head& head) {
    const auto question = target.find('?');
    head.path = decoded(target.substr(0, question));
    if (head.path.empty() || head.path[0] != '/') {
        throw Refusal(Kind::invalid, "the target of the request is no path");
    }
    std::string_view rest =
        question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto equals = std::min(pair.find('='), pair.size());
        const std::string_view value = pair.substr(std::min(pair.size(), equals + 1));
        head.query[decoded(pair.substr(0, equals))] = decoded(value);
    }
}

} // namespace

std::optional<std::string> decode_percent(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 1 < text.size() ? hex(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return std::nullopt;
            }
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') {
            return std::nullopt;
        }
        out.push_back(c);
    }
    return out;
}

std::string Head::parameter(const std::string& name) const {
    const auto it = query.find(name);
    return it == query.end() ? std::string() : it->second;
}

std::uint64_t Head::number(const std::string& name, std::uint64_t otherwise, std::uint64_t least,
                           std::uint64_t most) const {
    const std::string text = parameter(name);
    if (text.empty()) {
        return otherwise;
    }
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end || value < least || value > most) {
        throw Refusal(Kind::invalid, name + " must be a number between " + std::to_string(least) +
                                         " and " + std::to_string(most));
    }
    return value;
}

/// Beast finds the parts; nothing of it is kept but what a Head tells.
class RequestParser::Impl final : public http::basic_parser<true> {
  public:
    Impl() {
        header_limit(longest_head);
        body_limit(boost::none); // who answers knows how much is too much
    }
    Head head;
    const OnBody* on_body = nullptr;

  private:
    void on_request_impl(http::verb /*verb*/, Text method, Text target, int version,
                         error_code& /*error*/) override {
        if (version != 11) {
            throw Refusal(Kind::invalid, "HTTP/1.1 is spoken here");
        }
        head.method.assign(method.data(), method.size());
        read_target({target.data(), target.size()}, head);
    }
    void on_response_impl(int /*code*/, Text /*reason*/, int /*version*/,
                          error_code& /*error*/) override {}
    void on_field_impl(http::field name, Text /*name*/, Text value,
                       error_code& /*error*/) override {
        if (is_header_done()) {
            return; // a trailer
        }
        const std::string text = lower(std::string(value.data(), value.size()));
        if (name == http::field::upgrade) {
            head.upgrade = text;
        } else if (name == http::field::expect) {
            head.expects_continue = text == "100-continue";
        }
    }
    void on_header_impl(error_code& /*error*/) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                           error_code& /*error*/) override {}
    std::size_t on_body_impl(Text body, error_code& /*error*/) override {
        (*on_body)({body.data(), body.size()});
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t /*size*/, Text /*extensions*/,
                              error_code& /*error*/) override {}
    std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, Text body,
                                   error_code& /*error*/) override {
        (*on_body)({body.data(), body.size()});
        return body.size();
    }
    void on_finish_impl(error_code& /*error*/) override {}
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes, const OnBody& on_body) {
    impl_->on_body = &on_body;
    std::size_t taken = 0;
    const bool had_head = has_head();
    while (taken < bytes.size() && !done() && has_head() == had_head) {
        error_code error;
        const std::size_t part = impl_->put(
            boost::asio::const_buffer(bytes.data() + taken, bytes.size() - taken), error);
        taken += part;
        if (error == http::error::need_more) {
            break;
        }
        if (error == http::error::header_limit) {
            throw Refusal(Kind::too_large,
                          "the head is longer than " + std::to_string(longest_head) + " bytes");
        }
        if (error) {
            throw Refusal(Kind::invalid, "this is no request: " + error.message());
        }
        if (part == 0) {
            break;
        }
    }
    if (!had_head && has_head()) {
        impl_->head.close = !impl_->keep_alive();
        if (const auto length = impl_->content_length()) {
            impl_->head.length = *length;
        }
    }
    return taken;
}

bool RequestParser::started() const {
    return impl_->got_some();
}
bool RequestParser::has_head() const {
    return impl_->is_header_done();
}
bool RequestParser::done() const {
    return impl_->is_done();
}
const Head& RequestParser::head() const {
    return impl_->head;
}

} // namespace agent
