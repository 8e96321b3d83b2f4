#pragma once

#include "api/stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::api {

using Socket = boost::asio::local::stream_protocol::socket;

/// Takes over a connection after 101. `first` holds what the client sent behind its request. It
/// ends when the coroutine returns; the socket is closed under it when the server closes.
using UpgradeHandler =
    std::function<boost::asio::awaitable<void>(Socket& socket, std::string first)>;

/// One answer: a body, a stream (chunked on a socket), or an upgrade.
struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    StreamHandler stream;   ///< when set, the body comes from it
    std::string protocol;   ///< with `upgrade`: what the connection is switched to
    UpgradeHandler upgrade; ///< when set, status is 101
};

[[nodiscard]] Response json_response(const nlohmann::json& value, int status = 200);
[[nodiscard]] Response text_response(std::string text);
/// One JSON value per line, as long as `handler` writes.
[[nodiscard]] Response line_stream(StreamHandler handler);
[[nodiscard]] Response text_stream(StreamHandler handler);
[[nodiscard]] Response upgrade_response(std::string protocol, UpgradeHandler handler);

} // namespace banger::api
