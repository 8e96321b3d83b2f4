#pragma once

#include "api/response.hpp"
#include "os/unique_fd.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace banger::api {

/// For upgrade_response(): carries bytes between the client and `stream` until one side ends, and
/// keeps `held` until then.
[[nodiscard]] UpgradeHandler relay(boost::asio::io_context& loop, os::UniqueFd stream,
                                   std::shared_ptr<void> held = nullptr);

} // namespace banger::api
