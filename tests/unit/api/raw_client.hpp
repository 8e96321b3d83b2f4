#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace banger::api {

/// A client that sends any bytes, also wrong ones, over a Unix socket.
class RawClient {
  public:
    explicit RawClient(const std::filesystem::path& socket);

    void send(std::string_view bytes);
    /// False when the server does not take it (any more).
    bool try_send(std::string_view bytes);
    void shutdown_send();
    void close() { fd_.reset(); }

    /// One response with its body (chunks put together); nullopt at the end of the stream or when
    /// none comes in time.
    struct Answer {
        int status = 0;
        std::string head;
        std::string body;
        bool complete = false; ///< a chunked body had its last chunk
    };
    std::optional<Answer> read_answer(std::chrono::milliseconds time = std::chrono::seconds(20));
    /// Until this text has come; everything that came. Throws when it does not.
    std::string read_until(std::string_view text);
    std::string read_to_end(); ///< until the server closes; throws when it does not
    [[nodiscard]] bool closed_within(std::chrono::milliseconds time);
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  private:
    bool more(std::chrono::milliseconds time); ///< false at the end or when nothing comes
    os::UniqueFd fd_;
    std::string buffer_;
};

} // namespace banger::api
