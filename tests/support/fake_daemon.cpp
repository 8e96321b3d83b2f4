#include "support/fake_daemon.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include <sys/socket.h>
#include <unistd.h>

namespace banger::test {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::local::stream_protocol::socket;
using boost::system::error_code;

struct FakeDaemon::Impl {
    explicit Impl(const std::string& path) : acceptor(context, path) {
        thread = std::thread([this] { accept(); });
    }

    void accept() {
        for (;;) {
            Socket socket(context);
            error_code error;
            acceptor.accept(socket, error);
            const std::lock_guard lock(mutex);
            if (error || stopping) {
                return;
            }
            open.push_back(socket.native_handle());
            sessions.emplace_back(
                [this, socket = std::make_shared<Socket>(std::move(socket))] { serve(*socket); });
        }
    }

    void serve(Socket& socket) {
        boost::beast::flat_buffer buffer;
        http::request<http::string_body> message;
        error_code error;
        http::read(socket, buffer, message, error);
        if (!error) {
            answer(socket, message);
        }
        const std::lock_guard lock(mutex);
        std::erase(open, socket.native_handle());
        socket.shutdown(Socket::shutdown_both, error);
        socket.close(error);
    }

    void answer(Socket& socket, const http::request<http::string_body>& message) {
        const std::string target(message.target());
        const std::size_t mark = target.find('?');
        const Request request{std::string(message.method_string()), target.substr(0, mark),
                              mark == std::string::npos ? "" : target.substr(mark + 1),
                              message.body()};
        Handler handler;
        {
            const std::lock_guard lock(mutex);
            seen.push_back(request.method + " " + target +
                           (request.body.empty() ? "" : " " + request.body));
            const auto found = handlers.find(request.method + " " + request.path);
            if (found != handlers.end()) {
                handler = found->second;
            }
        }
        const Reply reply =
            handler ? handler(request) : Reply{404, problem("not_found", "no " + target), {}, {}};
        send(socket, reply);
    }

    static void send(Socket& socket, const Reply& reply) {
        if (reply.status == 0) {
            return;
        }
        error_code error;
        if (reply.upgrade) {
            asio::write(socket,
                        asio::buffer(std::string("HTTP/1.1 101 Switching Protocols\r\n"
                                                 "Connection: Upgrade\r\n\r\n")),
                        error);
            reply.upgrade(socket.native_handle());
            return;
        }
        if (!reply.stream) {
            http::response<http::string_body> response(static_cast<http::status>(reply.status), 11);
            response.body() = reply.body;
            response.prepare_payload();
            http::write(socket, response, error);
            return;
        }
        http::response<http::empty_body> head(static_cast<http::status>(reply.status), 11);
        head.chunked(true);
        http::response_serializer<http::empty_body> serializer(head);
        http::write_header(socket, serializer, error);
        reply.stream([&](std::string_view piece) {
            asio::write(socket, http::make_chunk(asio::buffer(piece)), error);
            return !error;
        });
        asio::write(socket, http::make_chunk_last(), error);
    }

    void stop() {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
            ::shutdown(acceptor.native_handle(), SHUT_RDWR); // accept() returns
            for (const int fd : open) {
                ::shutdown(fd, SHUT_RDWR);
            }
        }
        thread.join();
        for (std::thread& session : sessions) {
            session.join();
        }
    }

    asio::io_context context;
    asio::local::stream_protocol::acceptor acceptor;
    mutable std::mutex mutex;
    bool stopping = false;
    std::vector<int> open;
    std::map<std::string, Handler> handlers;
    std::vector<std::string> seen;
    std::thread thread;
    std::vector<std::thread> sessions;
};

FakeDaemon::FakeDaemon(const std::filesystem::path& socket)
    : impl_(std::make_unique<Impl>(socket.string())) {}

FakeDaemon::~FakeDaemon() {
    impl_->stop();
}

void FakeDaemon::on(const std::string& method_and_path, Handler handler) {
    const std::lock_guard lock(impl_->mutex);
    impl_->handlers[method_and_path] = std::move(handler);
}

void FakeDaemon::on(const std::string& method_and_path, std::string body, int status) {
    on(method_and_path, [body = std::move(body), status](const Request&) {
        return Reply{status, body, {}, {}};
    });
}

std::vector<std::string> FakeDaemon::requests() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->seen;
}

bool FakeDaemon::saw(const std::string& request) const {
    for (int i = 0; i < 200; ++i) {
        const auto all = requests();
        if (std::find(all.begin(), all.end(), request) != all.end()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

std::string problem(const std::string& kind, const std::string& message, const std::string& hint) {
    return R"({"error":{"kind":")" + kind + R"(","message":")" + message + R"(","hint":")" + hint +
           R"(","details":{}}})";
}

} // namespace banger::test
