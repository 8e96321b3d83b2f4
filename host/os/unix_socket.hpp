#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace banger::os {

/// Listens on a stream socket at `path` (0600). A stale file is replaced; a live listener is a
/// conflict. Throws invalid when the path is longer than a socket's may be.
[[nodiscard]] UniqueFd listen_unix(const std::filesystem::path& path, int backlog = 64);

/// Throws unavailable when nobody listens, timeout when the listener accepts nobody for 5 s.
[[nodiscard]] UniqueFd connect_unix(const std::filesystem::path& path);

/// Without waiting, for a loop: the socket is non-blocking. No descriptor when nobody listens there
/// yet, or whoever listens has no place for one more.
[[nodiscard]] UniqueFd try_connect_unix(const std::filesystem::path& path);

/// Reads up to and without '\n'. nullopt at the end of the stream; throws timeout or exhausted.
/// Bytes after the line stay unread in the socket (they may belong to somebody else).
[[nodiscard]] std::optional<std::string> read_line(int fd, std::chrono::milliseconds timeout,
                                                   std::size_t limit = 65536);

/// Sends all bytes without SIGPIPE, within the time.
void send_all(int fd, std::string_view bytes, std::chrono::milliseconds timeout);

} // namespace banger::os
