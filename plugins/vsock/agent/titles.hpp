#pragma once

#include "sockets.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// What a port says when it is asked for "/".
struct Title {
    bool http = false;
    std::optional<std::string> text;
};

/// From the first bytes of an answer. The title is one line of at most 200 bytes.
[[nodiscard]] Title parse_title(std::string_view answer);

/// Asks all ports at once and waits no longer than `time`. One Title for each port.
[[nodiscard]] std::vector<Title> ask_titles(const std::vector<OpenPort>& ports,
                                            std::chrono::milliseconds time);

} // namespace agent
