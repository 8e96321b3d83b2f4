#pragma once

#include "api/router.hpp"
#include "api/server.hpp"
#include "os/temporary_dir.hpp"
#include "unit/api/raw_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace banger::api {

/// A server with a few small routes, on a loop thread of its own.
struct ServerFixture : testing::Test {
    ServerFixture();
    ~ServerFixture() override;

    void start(ServerOptions options = {});
    /// Runs on the loop thread and waits for it.
    void on_loop(const std::function<void()>& call);
    void close(std::chrono::milliseconds grace);
    [[nodiscard]] std::size_t connections();
    /// True as soon as that many connections are left.
    [[nodiscard]] bool connections_become(std::size_t count);
    [[nodiscard]] bool slow_runs();   ///< true as soon as a request of /slow is being answered
    [[nodiscard]] bool streams_end(); ///< true as soon as no handler of a stream runs
    [[nodiscard]] RawClient connect() const { return RawClient(socket); }
    [[nodiscard]] std::string logged();

    static std::string get(const std::string& target, const std::string& headers = {}) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
    }
    static std::string post(const std::string& target, const std::string& body) {
        return "POST " + target +
               " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }

    os::TemporaryDir dir;
    std::filesystem::path socket = dir.path() / "api.sock";
    std::atomic<int> slow{0};     ///< requests of /slow that are being answered now
    std::atomic<int> streams{0};  ///< handlers of streams that run now
    std::atomic<int> upgrades{0}; ///< the same for upgrades

  private:
    void add_routes();
    boost::asio::io_context loop_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    Router router_;
    std::unique_ptr<Server> server_;
    std::thread thread_;
    std::mutex lock_;
    std::string log_;
};

} // namespace banger::api
