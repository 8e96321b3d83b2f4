#pragma once

#include "raw_client.hpp"

#include "http/feed.hpp"
#include "http/server.hpp"

#include <banger/test/fake_host.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace web::test {

/// What a page is told; the test writes into it.
class TestFeed : public Feed {
  public:
    void open(Write write) override {
        const std::lock_guard lock(mutex_);
        write_ = std::move(write);
    }
    void close() noexcept override { closed = true; }
    bool tell(const std::string& text) {
        const std::lock_guard lock(mutex_);
        return write_ && write_(text);
    }
    std::atomic<bool> closed{false};

  private:
    std::mutex mutex_;
    Write write_;
};

/// The real server at a port of its own, with a few pages: GET /page, /slow, /big, /throw, /feed
/// and /healthz, POST /change.
class Console : public testing::Test {
  protected:
    Console();
    ~Console() override { server.reset(); }

    void start() { start(Limits()); }
    void start(const Limits& limits);

    [[nodiscard]] std::string own_host() const {
        return "127.0.0.1:" + std::to_string(server->port());
    }
    [[nodiscard]] std::string origin() const { return "http://" + own_host(); }
    /// "GET path" with our Host, and what else the test says of headers, each with its end of line.
    [[nodiscard]] std::string get(const std::string& path, const std::string& more = {}) const;
    /// A form as our page would send it.
    [[nodiscard]] std::string post(const std::string& path) const;
    [[nodiscard]] std::string post(const std::string& path, const std::string& headers,
                                   const std::string& body) const;
    [[nodiscard]] std::string token() const;
    /// By a connection of its own.
    [[nodiscard]] RawClient::Answer ask(const std::string& bytes) const;
    [[nodiscard]] int status_of(const std::string& bytes) const { return ask(bytes).status; }
    [[nodiscard]] std::vector<std::shared_ptr<TestFeed>> feeds();

    /// Runs it in a child that is another user; true: it gave true. Needs root.
    template <class F>
    static bool as_nobody(F f) {
        const pid_t child = ::fork();
        if (child == 0) {
            bool good = ::setgid(65534) == 0 && ::setuid(65534) == 0;
            try {
                good = good && f();
            } catch (...) {
                good = false;
            }
            ::_exit(good ? 0 : 1);
        }
        int status = 1;
        return ::waitpid(child, &status, 0) == child && status == 0;
    }

    banger::fake::Host host;
    Router router;
    const Csrf csrf{std::string(32, 's')};
    std::unique_ptr<Server> server;
    std::atomic<int> changes{0}, slow_ones{0};

  private:
    std::mutex mutex_;
    std::vector<std::shared_ptr<TestFeed>> feeds_;
};

} // namespace web::test
