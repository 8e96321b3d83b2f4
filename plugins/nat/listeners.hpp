#pragma once

#include "port.hpp"

#include <optional>
#include <string>

namespace nat {

/// Who listens on this port of the host already: "nginx (pid 812)", or "a process of another user"
/// when the kernel does not tell us. Nothing when the port is free. Reads /proc (proc(5), net/tcp).
[[nodiscard]] std::optional<std::string> listener(const Port& port);

} // namespace nat
