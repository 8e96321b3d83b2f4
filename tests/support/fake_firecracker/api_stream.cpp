#include "support/fake_firecracker/api_stream.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>

namespace banger::test::firecracker {
namespace {

/// Of the header with this name in small letters; 0 when there is none.
std::size_t length_in(const std::string& head) {
    constexpr std::string_view name = "content-length:";
    std::istringstream lines(head);
    for (std::string line; std::getline(lines, line);) {
        std::transform(line.begin(), line.end(), line.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (line.rfind(name, 0) == 0) {
            return std::strtoull(line.c_str() + name.size(), nullptr, 10);
        }
    }
    return 0;
}

} // namespace

std::optional<HttpRequest> ApiStream::next() {
    const std::size_t end = in_.find("\r\n\r\n");
    if (broken_ || end == std::string::npos) {
        return std::nullopt;
    }
    const std::string head = in_.substr(0, end);
    const std::size_t from = end + 4;
    const std::size_t length = length_in(head);
    if (in_.size() < from + length) {
        return std::nullopt;
    }
    HttpRequest request;
    std::string version;
    std::istringstream line(head.substr(0, head.find("\r\n")));
    line >> request.method >> request.path >> version;
    broken_ = version != "HTTP/1.1";
    request.body = in_.substr(from, length);
    in_.erase(0, from + length);
    return request;
}

std::string to_http(const Answer& answer) {
    std::string text = "HTTP/1.1 " + std::to_string(answer.status) +
                       " \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n";
    if (answer.status != 204) {
        text += "Content-Type: application/json\r\nContent-Length: " +
                std::to_string(answer.body.size()) + "\r\n";
    }
    return text + "\r\n" + answer.body;
}

} // namespace banger::test::firecracker
