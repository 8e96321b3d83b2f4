#include "raw_client.hpp"

#include <array>
#include <cctype>
#include <stdexcept>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace web::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{20};

} // namespace

std::string RawClient::Answer::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        throw std::runtime_error("nobody listens at port " + std::to_string(port));
    }
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

RawClient::Read RawClient::read_more(Clock::time_point end) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{fd_.get(), POLLIN, 0};
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) {
        return Read::late;
    }
    std::array<char, 65536> bytes{};
    const ssize_t n = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (n <= 0) {
        return Read::ended;
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(n));
    return Read::some;
}

RawClient::Answer RawClient::read(bool head_only) {
    const auto end = Clock::now() + patience;
    std::size_t head = 0;
    while ((head = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (read_more(end) != Read::some) {
            return {};
        }
    }
    Answer answer;
    answer.status = std::stoi(buffer_.substr(9, 3));
    for (std::size_t at = buffer_.find("\r\n") + 2; at < head;) {
        const std::size_t line_end = buffer_.find("\r\n", at);
        const std::string line = buffer_.substr(at, line_end - at);
        std::string name = line.substr(0, line.find(':'));
        for (char& c : name) {
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        answer.headers.emplace(name, line.substr(std::min(line.size(), name.size() + 2)));
        at = line_end + 2;
    }
    buffer_.erase(0, head + 4);
    const std::string length = answer.header("content-length");
    const std::size_t size = head_only || length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < size) {
        if (read_more(end) != Read::some) {
            break;
        }
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
}

RawClient::Answer RawClient::ask(std::string_view bytes, bool head_only) {
    send(bytes);
    return read(head_only);
}

std::string RawClient::read_for(std::chrono::milliseconds time) {
    const auto end = Clock::now() + time;
    while (read_more(end) == Read::some) {
    }
    return std::exchange(buffer_, {});
}

std::string RawClient::read_until(std::string_view wanted, std::chrono::milliseconds time) {
    const auto end = Clock::now() + time;
    std::size_t at = 0;
    while ((at = buffer_.find(wanted)) == std::string::npos) {
        if (read_more(end) != Read::some) {
            return std::exchange(buffer_, {});
        }
    }
    std::string text = buffer_.substr(0, at + wanted.size());
    buffer_.erase(0, text.size());
    return text;
}

std::string RawClient::read_bytes(std::size_t count, std::chrono::milliseconds time) {
    const auto end = Clock::now() + time;
    while (buffer_.size() < count && read_more(end) == Read::some) {
    }
    std::string bytes = buffer_.substr(0, count);
    buffer_.erase(0, bytes.size());
    return bytes;
}

bool RawClient::ends_within(std::chrono::milliseconds time) {
    const auto end = Clock::now() + time;
    for (;;) {
        const Read read = read_more(end);
        if (read != Read::some) {
            return read == Read::ended;
        }
    }
}

void RawClient::half_close() {
    ::shutdown(fd_.get(), SHUT_WR);
}

} // namespace web::test
