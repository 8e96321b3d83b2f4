#pragma once

#include "os/unique_fd.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace banger::test {

/// How the server answers one request.
struct Reply {
    int status = 200;
    std::string head;       ///< further header lines, each with \r\n
    std::string body;       ///< what is really sent
    std::size_t length = 0; ///< Content-Length that is claimed; 0: that of the body
};

/// An HTTP server on loopback that answers each request as the test says, one after the other.
class FileServer {
  public:
    /// `answer` gets the request's offset (its Range, else 0) and its number from 0.
    explicit FileServer(std::function<Reply(std::size_t offset, int number)> answer);
    ~FileServer();
    FileServer(const FileServer&) = delete;
    FileServer& operator=(const FileServer&) = delete;

    [[nodiscard]] std::string url(const std::string& path = "/file") const;
    [[nodiscard]] int requests() const noexcept { return requests_; }

  private:
    void serve();

    std::function<Reply(std::size_t, int)> answer_;
    os::UniqueFd listener_;
    std::atomic<int> requests_{0};
    std::atomic<bool> stop_{false};
    unsigned short port_ = 0;
    std::thread thread_;
};

} // namespace banger::test
