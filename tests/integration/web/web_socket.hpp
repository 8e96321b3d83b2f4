#pragma once

#include "raw_client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace web::test {

/// Why a WebSocket is closed: by the protocol, and by us.
inline constexpr int going_away = 1001, protocol_error = 1002, not_understood = 1008,
                     too_big = 1009;
inline constexpr int vm_stopped = 4001, exited = 4002, replaced = 4003, failed = 4004;

/// A WebSocket (RFC 6455) by hand, so that a test can say what no browser would.
class WebSocket {
  public:
    using Time = std::chrono::milliseconds;
    enum Opcode : std::uint8_t { text = 1, binary = 2, closing = 8, ping = 9, pong = 10 };
    struct Message {
        std::uint8_t opcode = 0;
        std::string bytes;
        std::uint16_t code = 0; ///< of closing
    };

    /// request: the whole of it, to its empty line.
    WebSocket(std::uint16_t port, const std::string& request);
    /// The headers that ask for one, and more of them.
    [[nodiscard]] static std::string upgrade(const std::string& more = {});

    [[nodiscard]] int status() const { return answer_.status; } ///< 101: it is one
    void send(std::uint8_t opcode, std::string_view bytes);
    void type(std::string_view bytes) { send(binary, bytes); }
    void say(const nlohmann::json& message) { send(text, message.dump()); }
    /// Nothing: it has ended, or nothing comes. Pings are answered on the way unless deaf.
    [[nodiscard]] std::optional<Message> next(Time time = Time(20000));
    /// The next in words; null where none comes. What was printed on the way is kept.
    [[nodiscard]] nlohmann::json told(Time time = Time(20000));
    /// So much of what is printed, less where it does not come.
    [[nodiscard]] std::string printed(std::size_t bytes, Time time = Time(20000));
    /// The code that it is closed with; 0: it is not. What comes before is kept.
    [[nodiscard]] int closed_with(Time time = Time(20000));
    [[nodiscard]] unsigned pings() const { return pings_; }
    void be_deaf() { deaf_ = true; }
    void close() { client_.close(); }
    [[nodiscard]] RawClient& client() { return client_; }

  private:
    std::optional<Message> frame(Time time);

    RawClient client_;
    RawClient::Answer answer_;
    std::string printed_;
    std::vector<nlohmann::json> told_;
    unsigned pings_ = 0;
    bool deaf_ = false;
};

} // namespace web::test
