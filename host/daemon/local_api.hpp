#pragma once

#include "plugin/services.hpp"

#include <boost/asio/io_context.hpp>

namespace banger::api {
class Router;
}

namespace banger::daemon {

/// The HTTP API for plugins in this process: the same router, so the same checks and answers.
class LocalApi final : public plugin::ApiAccess {
  public:
    LocalApi(boost::asio::io_context& loop, const api::Router& router)
        : loop_(loop), router_(router) {}

    plugin::ApiAnswer request(const std::string& asker, const std::string& method,
                              const std::string& target, const std::string& body_json,
                              plugin::Deadline deadline, int cancel_fd) override;
    std::unique_ptr<plugin::Following> follow(const std::string& target, Line line) override;

  private:
    boost::asio::io_context& loop_;
    const api::Router& router_;
};

} // namespace banger::daemon
