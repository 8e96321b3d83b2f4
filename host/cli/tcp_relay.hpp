#pragma once

#include "os/unique_fd.hpp"

#include <string>

namespace banger::cli {

/// A connection to the first address of `host` that takes one. Throws not_found when there is no
/// address, unavailable when none answers.
[[nodiscard]] os::UniqueFd connect_tcp(const std::string& host, const std::string& port);

/// Between standard input and output and the connection, until its other end is through.
void relay(const os::UniqueFd& connection);

} // namespace banger::cli
