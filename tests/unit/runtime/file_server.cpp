#include "file_server.hpp"

#include "os/error.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace banger::test {

FileServer::FileServer(std::function<Reply(std::size_t, int)> answer)
    : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw os::errno_error("listen on loopback");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

FileServer::~FileServer() {
    stop_ = true;
    thread_.join();
}

std::string FileServer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void FileServer::serve() {
    while (!stop_) {
        pollfd entry{listener_.get(), POLLIN, 0};
        if (::poll(&entry, 1, 20) <= 0) {
            continue;
        }
        const os::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        std::string request;
        char buffer[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
            const ssize_t n = ::recv(client.get(), buffer, sizeof buffer, 0);
            if (n <= 0) {
                break;
            }
            request.append(buffer, static_cast<std::size_t>(n));
        }
        std::size_t offset = 0;
        if (const auto range = request.find("Range: bytes="); range != std::string::npos) {
            offset = std::stoul(request.substr(range + 13));
        }
        const Reply reply = answer_(offset, requests_++);
        const std::size_t length = reply.length != 0 ? reply.length : reply.body.size();
        const std::string out =
            "HTTP/1.1 " + std::to_string(reply.status) +
            " x\r\nConnection: close\r\nContent-Length: " + std::to_string(length) + "\r\n" +
            reply.head + "\r\n" + reply.body;
        for (std::size_t sent = 0; sent < out.size();) {
            const ssize_t n =
                ::send(client.get(), out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) {
                break;
            }
            sent += static_cast<std::size_t>(n);
        }
    }
}

} // namespace banger::test
