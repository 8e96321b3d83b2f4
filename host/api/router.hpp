#pragma once

#include "api/request.hpp"
#include "api/response.hpp"
#include "api/routes.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::api {

/// Answers one request. What it throws becomes the problem that the client gets.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// Finds the handler of a request. The same router serves the socket and plugins in this process.
/// [loop]
class Router {
  public:
    /// A router over the API's table of routes; tests give their own.
    explicit Router(std::span<const Route> table = routes());

    /// Throws internal when the table has no such route or it has a handler already.
    void on(std::string_view method, std::string_view path, Handler handler);
    /// Routes without a handler, as "GET /v1/vms". The daemon does not start with any.
    [[nodiscard]] std::vector<std::string> missing() const;

    /// Never throws: an unknown path, a wrong method, a bad query and a failing handler are answers
    /// too.
    [[nodiscard]] boost::asio::awaitable<Response> handle(Request request) const;

  private:
    struct Entry {
        Route route;
        Handler handler;
    };
    /// The handler for it, with its parameters put into the request. Throws.
    [[nodiscard]] const Handler* resolve(Request& request, Response& refusal) const;
    std::vector<Entry> entries_;
};

} // namespace banger::api
