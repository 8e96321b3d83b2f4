#include "web_socket.hpp"

#include <algorithm>

namespace web::test {
namespace {

using Clock = std::chrono::steady_clock;

WebSocket::Time left(Clock::time_point end) {
    return std::max(std::chrono::ceil<WebSocket::Time>(end - Clock::now()), WebSocket::Time(0));
}

std::uint64_t number_in(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes) {
        number = (number << 8U) | static_cast<unsigned char>(c);
    }
    return number;
}

} // namespace

WebSocket::WebSocket(std::uint16_t port, const std::string& request) : client_(port) {
    answer_ = client_.ask(request, true);
}

std::string WebSocket::upgrade(const std::string& more) {
    return "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           more;
}

void WebSocket::send(std::uint8_t opcode, std::string_view bytes) {
    constexpr unsigned masked = 0x80U;
    std::string frame{static_cast<char>(0x80U | opcode)};
    const std::size_t size = bytes.size();
    const std::size_t more = size < 126 ? 0 : size < 65536 ? 2 : 8;
    frame += static_cast<char>(masked | (more == 0 ? size : more == 2 ? 126U : 127U));
    for (std::size_t i = more; i-- > 0;) {
        frame += static_cast<char>((size >> (8 * i)) & 0xffU);
    }
    constexpr std::string_view mask("\x11\x22\x33\x44", 4);
    frame += mask;
    for (std::size_t i = 0; i < size; ++i) {
        frame += static_cast<char>(bytes[i] ^ mask[i % 4]);
    }
    client_.send(frame);
}

std::optional<WebSocket::Message> WebSocket::frame(Time time) {
    const auto end = Clock::now() + time;
    const std::string head = client_.read_bytes(2, time);
    if (head.size() < 2) {
        return std::nullopt;
    }
    std::uint64_t size = static_cast<unsigned char>(head[1]) & 0x7fU;
    if (size >= 126) {
        size = number_in(client_.read_bytes(size == 126 ? 2 : 8, left(end)));
    }
    Message message{static_cast<std::uint8_t>(head[0] & 0x0f), {}, 0};
    message.bytes = client_.read_bytes(size, left(end));
    if (message.opcode == closing) {
        message.code = static_cast<std::uint16_t>(number_in(message.bytes.substr(0, 2)));
    }
    return message;
}

std::optional<WebSocket::Message> WebSocket::next(Time time) {
    const auto end = Clock::now() + time;
    for (;;) {
        auto message = frame(left(end));
        if (!message || message->opcode != ping) {
            if (message && message->opcode == closing) {
                send(closing, message->bytes);
            }
            return message;
        }
        ++pings_;
        if (!deaf_) {
            send(pong, message->bytes);
        }
    }
}

nlohmann::json WebSocket::told(Time time) {
    const auto end = Clock::now() + time;
    while (told_.empty()) {
        const auto message = next(left(end));
        if (!message || message->opcode == closing) {
            return nullptr;
        }
        if (message->opcode == text) {
            told_.push_back(nlohmann::json::parse(message->bytes));
        } else if (message->opcode == binary) {
            printed_ += message->bytes;
        }
    }
    nlohmann::json first = std::move(told_.front());
    told_.erase(told_.begin());
    return first;
}

std::string WebSocket::printed(std::size_t bytes, Time time) {
    const auto end = Clock::now() + time;
    while (printed_.size() < bytes) {
        const auto message = next(left(end));
        if (!message || message->opcode == closing) {
            break;
        }
        if (message->opcode == text) {
            told_.push_back(nlohmann::json::parse(message->bytes));
        } else {
            printed_ += message->bytes;
        }
    }
    std::string text = printed_.substr(0, bytes);
    printed_.erase(0, text.size());
    return text;
}

int WebSocket::closed_with(Time time) {
    const auto end = Clock::now() + time;
    for (;;) {
        const auto message = next(left(end));
        if (!message) {
            return 0;
        }
        if (message->opcode == closing) {
            return message->code;
        }
        if (message->opcode == text) {
            told_.push_back(nlohmann::json::parse(message->bytes));
        } else {
            printed_ += message->bytes;
        }
    }
}

} // namespace web::test
