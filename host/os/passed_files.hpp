#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace banger::os {

/// A line from a Unix socket, and the descriptors that came with it (SCM_RIGHTS, unix(7)).
struct LineWithFiles {
    std::string line;
    std::vector<UniqueFd> files;
};

/// As many as one message may carry.
constexpr std::size_t max_passed_files = 200;

/// Sends `line` and a '\n', the descriptors with its first bytes.
void send_line(int socket, std::string_view line, std::span<const int> files,
               std::chrono::milliseconds timeout);

/// One line, and whatever descriptors came before its end; nullopt at the end of the stream. Bytes
/// after it stay unread. Throws timeout or exhausted, unavailable when what carries the bytes is no
/// socket or descriptors were lost on the way.
[[nodiscard]] std::optional<LineWithFiles>
receive_line(int socket, std::chrono::milliseconds timeout, std::size_t limit = 65536);

} // namespace banger::os
