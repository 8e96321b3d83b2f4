#pragma once

#include "api_client/http.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::api_client {

/// Keys stay in the order in which the daemon sent them.
using Json = nlohmann::ordered_json;

/// The daemon's API as JSON values. Every answer with an error status becomes an os::Error with the
/// daemon's kind, message, hint and console lines; no listener is kind unavailable.
class Api {
  public:
    /// Brings a daemon that is gone back; false when it is there, or is to stay away.
    using Revive = std::function<bool()>;

    explicit Api(std::filesystem::path socket, Revive revive = {})
        : socket_(std::move(socket)), revive_(std::move(revive)) {}

    /// Asked once more when the daemon died over it: a process that is killed takes connections
    /// until it is gone.
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
    Revive revive_;
};

/// The text as JSON; throws internal naming `what` when it is none.
[[nodiscard]] Json parsed(const std::string& text, const std::string& what);
/// {"kind","message","hint","console"} (or the console lines in "details"), thrown as the Error
/// that it describes.
[[noreturn]] void throw_problem(const Json& error);

} // namespace banger::api_client
