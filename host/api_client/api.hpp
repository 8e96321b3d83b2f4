#pragma once

#include "api_client/http.hpp"

#include <chrono>
#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::api_client {

/// Keys stay in the order in which the daemon sent them.
using Json = nlohmann::ordered_json;

/// The daemon's API as JSON values. Every answer with an error status becomes an os::Error with the
/// daemon's kind, message, hint and console lines; no listener is kind unavailable.
class Api {
  public:
    explicit Api(std::filesystem::path socket) : socket_(std::move(socket)) {}

    [[nodiscard]] Json get(const std::string& target) const;
    Json post(const std::string& target, const Json& body) const;
    Json post(const std::string& target) const;
    Json put(const std::string& target, const Json& body) const;
    Json patch(const std::string& target, const Json& body) const;
    Json remove(const std::string& target) const;
    /// For answers that take long by nature (wait) or that stream.
    [[nodiscard]] Response open(const Request& request, std::chrono::milliseconds timeout) const;

    [[nodiscard]] const std::filesystem::path& socket() const noexcept { return socket_; }

  private:
    [[nodiscard]] Json call(const Request& request) const;
    std::filesystem::path socket_;
};

/// The text as JSON; throws internal naming `what` when it is none.
[[nodiscard]] Json parsed(const std::string& text, const std::string& what);
/// {"kind","message","hint","console"} (or the console lines in "details"), thrown as the Error
/// that it describes.
[[noreturn]] void throw_problem(const Json& error);

} // namespace banger::api_client
