#include "cli/attach.hpp"

#include "cli/raw_terminal.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <array>
#include <cerrno>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace banger::cli {
namespace {

constexpr char escape_key = 0x1d; // Ctrl-]
constexpr std::chrono::seconds send_time{10};
constexpr std::chrono::seconds last_words{2}; ///< for the answer to what a pipe or file typed

/// What one read gives; empty at the end of the stream.
std::string read_some(int fd) {
    std::array<char, 16384> buffer; // NOLINT(*-init): filled by read
    ssize_t n = 0;
    do {
        n = ::read(fd, buffer.data(), buffer.size());
    } while (n < 0 && errno == EINTR);
    return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

} // namespace

AttachEnd attach(int stream, const std::string& first_bytes) {
    const RawTerminal terminal;
    os::write_all(STDOUT_FILENO, first_bytes, "console");
    std::array<pollfd, 2> entries{{{STDIN_FILENO, POLLIN, 0}, {stream, POLLIN, 0}}};
    for (;;) {
        const bool typing = entries[0].fd >= 0;
        const int wait =
            typing ? -1 : static_cast<int>(std::chrono::milliseconds(last_words).count());
        const int ready = ::poll(entries.data(), entries.size(), wait);
        if (ready < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw os::errno_error("poll");
        }
        if (ready == 0) {
            return AttachEnd::left;
        }
        if (entries[1].revents != 0) {
            const std::string bytes = read_some(stream);
            if (bytes.empty()) {
                return AttachEnd::closed;
            }
            os::write_all(STDOUT_FILENO, bytes, "console");
        }
        if (entries[0].revents != 0) {
            const std::string typed = read_some(STDIN_FILENO);
            const std::size_t escape =
                terminal.active() ? typed.find(escape_key) : std::string::npos;
            os::send_all(stream, std::string_view(typed).substr(0, escape), send_time);
            if (escape != std::string::npos) {
                return AttachEnd::left;
            }
            if (typed.empty()) {
                entries[0].fd = -1; // a file or pipe at its end: what it asked for is yet to come
            }
        }
    }
}

} // namespace banger::cli
