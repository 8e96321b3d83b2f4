#pragma once

#include "api/response.hpp"
#include "os/error.hpp"

namespace banger::api {

/// The HTTP status of an error that has no more exact one.
[[nodiscard]] int status_of(os::ErrorKind kind) noexcept;

/// {"error":{"kind","message","hint","details":{"console":[...]}}}; hint and details as far as
/// there are any.
[[nodiscard]] Response problem(const os::Error& error);
[[nodiscard]] Response problem(const os::Error& error, int status);

} // namespace banger::api
