#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace banger::test {

/// An HTTP server on a Unix socket that answers what a test tells it; for clients of bangerd.
class FakeDaemon {
  public:
    struct Request {
        std::string method;
        std::string path;
        std::string query;
        std::string body;
    };
    /// Sends a piece of a chunked body; false when the client has gone.
    using Write = std::function<bool(std::string_view)>;
    struct Reply {
        int status = 200; ///< 0: the connection ends without an answer
        std::string body = "{}";
        std::function<void(const Write&)> stream; ///< a chunked body instead
        std::function<void(int fd)> upgrade;      ///< 101, then the raw stream
    };
    using Handler = std::function<Reply(const Request&)>;

    explicit FakeDaemon(const std::filesystem::path& socket);
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;
    ~FakeDaemon();

    /// The answer to "GET /v1/vms"; everything else is 404.
    void on(const std::string& method_and_path, Handler handler);
    void on(const std::string& method_and_path, std::string body, int status = 200);

    /// "POST /v1/vms/a/stop {...}", in the order of arrival.
    [[nodiscard]] std::vector<std::string> requests() const;
    /// Whether it arrives within two seconds.
    [[nodiscard]] bool saw(const std::string& request) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

[[nodiscard]] std::string problem(const std::string& kind, const std::string& message,
                                  const std::string& hint = {});

} // namespace banger::test
