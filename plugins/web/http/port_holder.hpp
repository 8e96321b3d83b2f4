#pragma once

#include <cstdint>
#include <string>

namespace web {

/// Who listens at this port of 127.0.0.1: "firefox (pid 12)", "a program of uid 1001"; empty:
/// nobody, or nobody knows.
[[nodiscard]] std::string holder_of_port(std::uint16_t port);

} // namespace web
