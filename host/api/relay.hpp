#pragma once

#include "api/response.hpp"
#include "os/unique_fd.hpp"

#include <boost/asio/io_context.hpp>

namespace banger::api {

/// For upgrade_response(): carries bytes between the client and `stream` until one side ends.
[[nodiscard]] UpgradeHandler relay(boost::asio::io_context& loop, os::UniqueFd stream);

} // namespace banger::api
