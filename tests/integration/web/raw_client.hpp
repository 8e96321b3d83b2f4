#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace web::test {

/// A socket to a port of 127.0.0.1, on which a test says what it likes.
class RawClient {
  public:
    struct Answer {
        int status = 0;                                  ///< 0: there was none
        std::multimap<std::string, std::string> headers; ///< names in lower case
        std::string body;
        [[nodiscard]] std::string header(const std::string& name) const;
    };

    explicit RawClient(std::uint16_t port);
    /// False: the other end has gone.
    bool send(std::string_view bytes);
    /// One answer; head_only: of HEAD. It is waited for so long.
    [[nodiscard]] Answer read(bool head_only = false);
    [[nodiscard]] Answer ask(std::string_view bytes, bool head_only = false);
    /// What comes within the time, or until the other end closes.
    [[nodiscard]] std::string read_for(std::chrono::milliseconds time);
    /// What comes until this has come; all of it where it does not within the time.
    [[nodiscard]] std::string read_until(std::string_view wanted, std::chrono::milliseconds time);
    /// So many, fewer where they do not come.
    [[nodiscard]] std::string read_bytes(std::size_t count, std::chrono::milliseconds time);
    /// The other end closes within the time.
    [[nodiscard]] bool ends_within(std::chrono::milliseconds time);
    void half_close();
    void close() { fd_ = banger::os::UniqueFd(); }
    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    enum class Read { some, ended, late };
    Read read_more(std::chrono::steady_clock::time_point end);

    banger::os::UniqueFd fd_;
    std::string buffer_;
};

} // namespace web::test
