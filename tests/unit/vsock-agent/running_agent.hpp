#pragma once

#include "agent.hpp"
#include "loop.hpp"
#include "socket_server.hpp"

#include "os/temporary_dir.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// An agent on a Unix socket. It runs while a test waits for something. It does not set the clock
/// of this machine: what it would have set is in times_set.
class RunningAgent {
  public:
    /// The port is nobody's, unless a test says otherwise; a key must be shown where there is one.
    explicit RunningAgent(std::uint16_t ssh_port = 1, const std::string& key = {});
    /// Runs the agent until `reached`; false when that does not come.
    [[nodiscard]] bool until(const std::function<bool()>& reached,
                             std::chrono::milliseconds time = std::chrono::seconds(20));
    void run_for(std::chrono::milliseconds time);

    banger::os::TemporaryDir dir;
    std::string name; ///< of the abstract socket
    Loop loop;
    Agent agent;
    std::string path;
    SocketServer server;
    static inline std::vector<std::int64_t> times_set;
};

struct Response {
    int status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;
};

/// A client of it, without waiting of its own.
class Client {
  public:
    explicit Client(RunningAgent& agent);

    void send(std::string_view bytes); ///< all of it, while the agent runs
    [[nodiscard]] bool try_send(std::string_view& bytes);
    void receive(); ///< what is there now
    [[nodiscard]] Response response();
    [[nodiscard]] Response head(); ///< without the body
    [[nodiscard]] std::string line();
    [[nodiscard]] std::string take(std::size_t count);
    [[nodiscard]] bool ended(); ///< waits for the end of the connection
    [[nodiscard]] Response ask(const std::string& method, const std::string& target,
                               std::string_view body = {}, const std::string& headers = {});
    void hang_up() { fd_ = Fd(); }
    void finish() const; ///< sends no more
    [[nodiscard]] const std::string& held() const noexcept { return held_; }
    void stop_reading() noexcept { reads_ = false; }
    void start_reading() noexcept { reads_ = true; }

  private:
    RunningAgent& agent_;
    Fd fd_;
    std::string held_;
    bool ended_ = false;
    bool reads_ = true;
};

[[nodiscard]] std::string request(const std::string& method, const std::string& target,
                                  std::string_view body = {}, const std::string& headers = {});

} // namespace agent
