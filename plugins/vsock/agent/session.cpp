#include "session.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "json_text.hpp"

#include <nlohmann/json.hpp>

namespace agent {
namespace {

std::string_view reason(int status) {
    switch (status) {
    case 101:
        return "Switching Protocols";
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 400:
        return "Bad Request";
    case 404:
        return "Not Found";
    case 413:
        return "Content Too Large";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

/// Gives memory back that a large message took.
void shrink(std::string& buffer) {
    if (buffer.empty() && buffer.capacity() > 4096) {
        buffer.shrink_to_fit();
    }
}

} // namespace

Session::Session(const Answerer& answerer, std::function<void()> wake)
    : answerer_(answerer), wake_(std::move(wake)) {}

Session::~Session() = default;

void Session::feed(std::string_view bytes) {
    if (!over_) {
        in_.append(bytes);
        step();
    }
}

void Session::input_ended() {
    input_ended_ = true;
    step();
}

/// HTTP session's edge: what goes wrong with a request is its answer.
template <typename Work>
void Session::guarded(Work&& work) {
    try {
        work();
    } catch (const Refusal& refusal) {
        refuse(refusal);
    } catch (const std::exception& error) {
        refuse(Refusal(Kind::failed, error.what()));
    }
}

void Session::refuse(const Refusal& refusal) {
    if (reply_ != Reply::none) {
        abort();
        return;
    }
    answer(refusal);
}

void Session::step() {
    if (std::exchange(stepping_, true)) {
        return;
    }
    while (!over_ && advance()) {
    }
    if (over_) {
        exchange_.reset();
        in_.clear();
    }
    shrink(in_);
    stepping_ = false;
}

/// One step on; false when it must wait.
bool Session::advance() {
    if (blocked_ && exchange_ != nullptr && reply_ != Reply::complete && room() > output_room / 2) {
        blocked_ = false;
        guarded([&] { exchange_->writable(); });
        return true;
    }
    if (reply_ == Reply::complete) {
        blocked_ = false;
        exchange_.reset();
        if (close_) {
            over_ = true;
            return false;
        }
        if (parser_ && parser_->done()) {
            parser_.reset();
            reply_ = Reply::none;
            return true;
        }
        over_ = input_ended_;
        return !over_ && read_body(); // the rest of it, which nobody wants
    }
    if (reply_ == Reply::raw) {
        std::size_t taken = 0;
        guarded([&] { taken = exchange_->frames(in_); });
        in_.erase(0, taken);
        over_ = over_ || (input_ended_ && exchange_->input_ended());
        return taken > 0 && !in_.empty();
    }
    if (exchange_ == nullptr) {
        return read_head();
    }
    if (!body_ended_) {
        return read_body();
    }
    over_ = input_ended_ && exchange_->input_ended();
    return false;
}

bool Session::read_head() {
    if (!parser_) {
        parser_.emplace();
    }
    bool more = false;
    try {
        const std::size_t taken = parser_->put(in_, {});
        in_.erase(0, taken);
        more = parser_->has_head();
        if (!more && input_ended_) {
            over_ = true;
        } else if (!more && in_.size() > input_room) {
            throw Refusal(Kind::too_large, "the head is too long");
        }
    } catch (const Refusal& refusal) {
        close_ = true; // nobody knows where the next request begins
        answer(refusal);
        return true;
    }
    if (more) {
        body_ended_ = false;
        close_ = parser_->head().close;
        guarded([&] { exchange_ = answerer_(*this, parser_->head()); });
        if (reply_ == Reply::none && parser_->head().expects_continue) {
            out_ += "HTTP/1.1 100 Continue\r\n\r\n";
        } else if (parser_->head().expects_continue) {
            close_ = true; // the body may come or not
        }
    }
    return more;
}

bool Session::read_body() {
    std::size_t taken = 0;
    if (!parser_->done()) {
        try {
            taken = parser_->put(in_, [&](std::string_view bytes) {
                if (exchange_ != nullptr && reply_ == Reply::none) {
                    guarded([&] { exchange_->body(bytes); });
                }
            });
        } catch (const Refusal& refusal) {
            close_ = true;
            refuse(refusal);
            return true;
        }
        in_.erase(0, taken);
        if (!parser_->done() && input_ended_) {
            over_ = true;
            return false;
        }
    }
    if (parser_->done() && exchange_ != nullptr && reply_ != Reply::complete && !body_ended_) {
        body_ended_ = true;
        guarded([&] { exchange_->end(); });
        return true;
    }
    return parser_->done() || (taken > 0 && !in_.empty());
}

void Session::begin_answer(int status, std::string_view headers) {
    out_ += "HTTP/1.1 " + std::to_string(status) + " ";
    out_ += reason(status);
    out_ += "\r\n";
    out_ += headers;
    if (close_ && status != 101) {
        out_ += "Connection: close\r\n";
    }
    out_ += "\r\n";
    wake_();
}

void Session::answer(int status, std::string_view json) {
    begin_answer(status, "Content-Type: application/json\r\nContent-Length: " +
                             std::to_string(json.size()) + "\r\n");
    out_ += json;
    reply_ = Reply::complete;
}

void Session::answer(const Refusal& refusal) {
    const KindRow& kind = row(refusal.kind());
    const nlohmann::json body{{"error", {{"kind", kind.name}, {"message", refusal.what()}}}};
    answer(kind.status, to_text(body));
}

void Session::start(std::string_view type, std::string_view headers) {
    begin_answer(200, "Content-Type: " + std::string(type) + "\r\nTransfer-Encoding: chunked\r\n" +
                          std::string(headers));
    reply_ = Reply::chunked;
}

void Session::upgrade(std::string_view protocol) {
    begin_answer(101, "Upgrade: " + std::string(protocol) + "\r\nConnection: Upgrade\r\n");
    close_ = true;
    reply_ = Reply::raw;
}

void Session::write(std::string_view bytes) {
    if (bytes.empty() || over_) {
        return;
    }
    if (reply_ == Reply::chunked) {
        std::array<char, 20> size{};
        std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
        out_ += size.data();
        out_ += bytes;
        out_ += "\r\n";
    } else {
        out_ += bytes;
    }
    wake_();
}

void Session::finish() {
    if (reply_ == Reply::chunked) {
        out_ += "0\r\n\r\n";
    }
    reply_ = Reply::complete;
    wake_();
}

void Session::abort() {
    over_ = true;
    aborted_ = true;
    wake_();
}

std::size_t Session::room() const noexcept {
    const std::size_t used = pending().size();
    return used < output_room ? output_room - used : 0;
}

void Session::sent(std::size_t count) {
    out_head_ += std::min(count, out_.size() - out_head_);
    if (out_head_ == out_.size()) {
        out_.clear();
        out_head_ = 0;
        shrink(out_);
    } else if (out_head_ > output_room) {
        out_.erase(0, std::exchange(out_head_, 0));
    }
}

} // namespace agent
