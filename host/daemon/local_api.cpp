#include "daemon/local_api.hpp"

#include "api/router.hpp"
#include "os/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>

#include <poll.h>

namespace banger::daemon {
namespace asio = boost::asio;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::size_t max_answer = 16U << 20U;
constexpr std::size_t max_line = 1U << 20U;

bool readable(int fd, std::chrono::milliseconds wait) {
    pollfd entry{fd, POLLIN, 0};
    return ::poll(&entry, fd >= 0 ? 1 : 0, static_cast<int>(wait.count())) > 0;
}

api::Request request_of(std::string caller, const std::string& method, const std::string& target,
                        std::string body) {
    api::Request request;
    request.method = method;
    request.target = target;
    request.body = std::move(body);
    request.caller = std::move(caller);
    return request;
}

asio::awaitable<plugin::ApiAnswer> answer(asio::io_context& loop, const api::Router& router,
                                          api::Request request) {
    api::Response response = co_await router.handle(std::move(request));
    plugin::ApiAnswer result{response.status, response.content_type, std::move(response.body)};
    if (response.stream) {
        const auto stream = api::start_stream(loop.get_executor(), std::move(response.stream));
        while (auto part = co_await stream->read()) {
            result.body += *part;
            if (result.body.size() > max_answer) {
                stream->close();
                throw Error(ErrorKind::exhausted, "the answer is larger than 16 MiB",
                            "follow it as a stream instead");
            }
        }
    }
    co_return result;
}

/// Shared by the coroutine that reads and the handle that ends it.
struct Reader {
    std::shared_ptr<api::Stream> stream;
    bool ended = false;
};

class StreamFollowing final : public plugin::Following {
  public:
    StreamFollowing(asio::io_context& loop, std::shared_ptr<Reader> reader)
        : loop_(loop), reader_(std::move(reader)) {}
    // NOLINTNEXTLINE(bugprone-exception-escape): without memory for this the daemon may end
    ~StreamFollowing() override {
        asio::post(loop_, [reader = reader_] {
            reader->ended = true;
            if (reader->stream) {
                reader->stream->close();
            }
        });
    }

  private:
    asio::io_context& loop_;
    std::shared_ptr<Reader> reader_;
};

asio::awaitable<void> read_lines(asio::io_context& loop, const api::Router& router,
                                 api::Request request, std::shared_ptr<Reader> reader,
                                 plugin::ApiAccess::Line line) {
    std::string reason;
    try {
        api::Response response = co_await router.handle(std::move(request));
        if (!response.stream) {
            throw Error(ErrorKind::invalid, "that is no stream; status " +
                                                std::to_string(response.status) + ": " +
                                                response.body);
        }
        reader->stream = api::start_stream(loop.get_executor(), std::move(response.stream));
        std::string buffer;
        while (!reader->ended) {
            const auto part = co_await reader->stream->read();
            if (!part) {
                break;
            }
            buffer += *part;
            std::size_t end = 0;
            while (!reader->ended && (end = buffer.find('\n')) != std::string::npos) {
                line(buffer.substr(0, end), false);
                buffer.erase(0, end + 1);
            }
            if (buffer.size() > max_line) {
                throw Error(ErrorKind::exhausted, "a line of the stream is larger than 1 MiB");
            }
        }
    } catch (...) {
        reason = os::current_error().what();
    }
    if (!reader->ended) {
        line(reason, true);
    }
}

} // namespace

plugin::ApiAnswer LocalApi::request(const std::string& asker, const std::string& method,
                                    const std::string& target, const std::string& body_json,
                                    plugin::Deadline deadline, int cancel_fd) {
    const std::string what = method + " " + target;
    auto result = asio::co_spawn(
        loop_, answer(loop_, router_, request_of("plugin " + asker, method, target, body_json)),
        asio::use_future);
    while (result.wait_for(std::chrono::milliseconds(0)) != std::future_status::ready) {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Error(ErrorKind::timeout, what + ": no answer in time");
        }
        // The loop answers within microseconds unless the request itself waits for something.
        if (result.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready &&
            readable(cancel_fd, std::chrono::milliseconds(0))) {
            throw Error(ErrorKind::cancelled, what + ": cancelled");
        }
    }
    return result.get();
}

std::unique_ptr<plugin::Following> LocalApi::follow(const std::string& target, Line line) {
    auto reader = std::make_shared<Reader>();
    asio::co_spawn(loop_,
                   read_lines(loop_, router_, request_of("plugin", "GET", target, {}), reader,
                              std::move(line)),
                   asio::detached);
    return std::make_unique<StreamFollowing>(loop_, std::move(reader));
}

} // namespace banger::daemon
