#include "http_request.hpp"

namespace vsock {

std::string http_request(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view extra) {
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: guest\r\n").append(extra);
    if (!body.empty()) {
        text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n";
    }
    return text.append("\r\n").append(body);
}

} // namespace vsock
