#pragma once

#include <string>
#include <string_view>

namespace vsock {

/// One request to an agent, as it goes out. With a body it is JSON; `extra`: whole header lines.
[[nodiscard]] std::string http_request(std::string_view method, std::string_view target,
                                       std::string_view body = {}, std::string_view extra = {});

} // namespace vsock
