#include "unit/api/raw_client.hpp"

#include "os/unix_socket.hpp"

#include <array>
#include <stdexcept>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::api {
namespace {
constexpr std::chrono::milliseconds patience = std::chrono::seconds(20);
}

RawClient::RawClient(const std::filesystem::path& socket) : fd_(os::connect_unix(socket)) {}

void RawClient::send(std::string_view bytes) {
    os::send_all(fd_.get(), bytes, patience);
}

bool RawClient::try_send(std::string_view bytes) {
    return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
}

void RawClient::shutdown_send() {
    ::shutdown(fd_.get(), SHUT_WR);
}

bool RawClient::more(std::chrono::milliseconds time) {
    pollfd entry{fd_.get(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(time.count())) <= 0) {
        return false;
    }
    std::array<char, 65536> bytes{};
    const ssize_t n = ::read(fd_.get(), bytes.data(), bytes.size());
    if (n <= 0) {
        return false;
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(n));
    return true;
}

std::optional<RawClient::Answer> RawClient::read_answer(std::chrono::milliseconds time) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!more(time)) {
            return std::nullopt;
        }
    }
    Answer answer;
    answer.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    if (answer.status == 101 || answer.status == 100) {
        return answer;
    }
    if (const auto at = answer.head.find("Content-Length: "); at != std::string::npos) {
        const std::size_t size = std::stoul(answer.head.substr(at + 16));
        while (buffer_.size() < size && more(time)) {
        }
        answer.complete = buffer_.size() >= size;
        answer.body = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return answer;
    }
    for (;;) { // chunks
        while ((end = buffer_.find("\r\n")) == std::string::npos) {
            if (!more(time)) {
                return answer;
            }
        }
        const std::size_t size = std::stoul(buffer_.substr(0, end), nullptr, 16);
        while (buffer_.size() < end + 2 + size + 2) {
            if (!more(time)) {
                return answer;
            }
        }
        answer.body += buffer_.substr(end + 2, size);
        buffer_.erase(0, end + 2 + size + 2);
        if (size == 0) {
            answer.complete = true;
            return answer;
        }
    }
}

std::string RawClient::read_until(std::string_view text) {
    while (buffer_.find(text) == std::string::npos) {
        if (!more(patience)) {
            throw std::runtime_error("\"" + std::string(text) + "\" did not come, but: " + buffer_);
        }
    }
    return buffer_;
}

std::string RawClient::read_to_end() {
    if (!closed_within(patience)) {
        throw std::runtime_error("the server did not close");
    }
    return buffer_;
}

bool RawClient::closed_within(std::chrono::milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < deadline) {
        pollfd entry{fd_.get(), POLLIN, 0};
        if (::poll(&entry, 1, 20) > 0 && !more(std::chrono::milliseconds(0))) {
            return true;
        }
    }
    return false;
}

} // namespace banger::api
