#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// What is to be run, as the body of `exec` says it.
struct ExecRequest {
    std::vector<std::string> argv;
    std::vector<std::string> environment; ///< NAME=VALUE
    std::string cwd;                      ///< empty: the user's home
    std::string user = "root";
    bool tty = false;
    std::uint16_t rows = 24;
    std::uint16_t columns = 80;
};

/// Throws Refusal naming the member.
[[nodiscard]] ExecRequest parse_exec_request(std::string_view body);

struct WindowSize {
    std::uint16_t rows = 0;
    std::uint16_t columns = 0;
};
/// Payloads of the host's frames; nullopt when it makes no sense.
[[nodiscard]] std::optional<WindowSize> parse_window_size(std::string_view payload);
[[nodiscard]] std::optional<int> parse_signal(std::string_view payload);

} // namespace agent
