#include "supervisor/console_log.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::supervisor {
namespace {

constexpr std::uint64_t smallest_limit = 8192;
constexpr std::size_t recent_size = 8192;
constexpr std::size_t longest_line = 512;

} // namespace

ConsoleLog::ConsoleLog(std::filesystem::path path, std::uint64_t max_bytes)
    : path_(std::move(path)), half_(std::max(max_bytes, smallest_limit) / 2),
      fd_(os::open_file(path_, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)) {
    struct stat info {};
    if (::fstat(fd_.get(), &info) != 0) {
        throw os::errno_error("open " + path_.string());
    }
    size_ = static_cast<std::uint64_t>(info.st_size);
}

void ConsoleLog::rotate() noexcept {
    const std::string old = path_.string() + ".1";
    if (::rename(path_.c_str(), old.c_str()) == 0) {
        const int fd = ::open(
            path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0) {
            fd_.reset(fd);
            size_ = 0;
            return;
        }
    }
    // No new file can be made: start this one anew rather than grow it.
    if (::ftruncate(fd_.get(), 0) == 0) {
        size_ = 0;
    }
}

void ConsoleLog::write(std::string_view bytes) noexcept {
    written_ += bytes.size();
    if (bytes.size() >= recent_size) {
        recent_.assign(bytes.substr(bytes.size() - recent_size));
    } else {
        if (recent_.size() + bytes.size() > 2 * recent_size) {
            recent_.erase(0, recent_.size() + bytes.size() - recent_size);
        }
        recent_.append(bytes);
    }
    while (!bytes.empty()) {
        if (size_ >= half_) {
            rotate();
        }
        if (size_ >= half_) {
            lost_ += bytes.size();
            return;
        }
        const std::size_t part = std::min<std::uint64_t>(bytes.size(), half_ - size_);
        const ssize_t n = ::write(fd_.get(), bytes.data(), part);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            lost_ += bytes.size();
            return;
        }
        size_ += static_cast<std::uint64_t>(n);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::vector<std::string> ConsoleLog::tail(std::size_t count) const {
    return last_lines(recent_, count);
}

std::vector<std::string> last_lines(std::string_view text, std::size_t count) {
    std::vector<std::string> lines;
    std::string line;
    enum class State { plain, escape, sequence } state = State::plain;
    const auto end_line = [&] {
        if (!line.empty()) {
            lines.push_back(std::exchange(line, {}));
        }
    };
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (state == State::escape) {
            state = c == '[' ? State::sequence : State::plain;
        } else if (state == State::sequence) {
            state = byte >= 0x40 && byte <= 0x7E ? State::plain : State::sequence;
        } else if (c == '\x1b') {
            state = State::escape;
        } else if (c == '\n') {
            end_line();
        } else if (c == '\t' || (byte >= 0x20 && byte < 0x7F)) {
            if (line.size() < longest_line) {
                line.push_back(c);
            }
        } else if (byte >= 0x80 && line.size() < longest_line) {
            line.push_back('?'); // the tail goes into JSON, which must be UTF-8
        }
    }
    end_line();
    if (lines.size() > count) {
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    }
    return lines;
}

} // namespace banger::supervisor
