#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace banger::api_client {

struct Request {
    std::string method = "GET";
    std::string target;
    std::string body;    ///< sent as application/json when not empty
    std::string upgrade; ///< protocol to switch to, when not empty
};

/// A response that is being received: the head is there, the body comes as the daemon sends it.
class Response {
  public:
    using Sink = std::function<void(std::string_view)>;

    Response(Response&&) noexcept;
    Response& operator=(Response&&) noexcept;
    ~Response();

    [[nodiscard]] int status() const noexcept;
    /// For poll(): readable means that receive() has something to do.
    [[nodiscard]] int fd() const noexcept;
    /// Gives what has arrived to the sink, never waits; false once the body is complete.
    /// Throws unavailable when the connection ends too early.
    bool receive(const Sink& sink);
    /// The rest of the body. Throws timeout.
    [[nodiscard]] std::string read_all(std::chrono::milliseconds timeout);
    /// After a 101: the raw stream, and the bytes of it that came with the head.
    [[nodiscard]] os::UniqueFd take_stream(std::string& first_bytes);

  private:
    friend Response send(const std::filesystem::path&, const Request&, std::chrono::milliseconds);
    class Parser;
    Response(os::UniqueFd fd, std::unique_ptr<Parser> parser) noexcept;
    os::UniqueFd fd_;
    std::unique_ptr<Parser> parser_;
};

/// One request over a connection of its own; returns when the head of the answer is there.
/// Throws unavailable when nobody listens on the socket, timeout when no answer comes.
[[nodiscard]] Response send(const std::filesystem::path& socket, const Request& request,
                            std::chrono::milliseconds timeout);

/// A path segment or query value, percent-encoded.
[[nodiscard]] std::string encoded(std::string_view text);

} // namespace banger::api_client
