#include "supervisor/console.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace banger::supervisor {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t pipe_size = 65536;
constexpr std::size_t typed_limit = 65536;
constexpr milliseconds attached_pause{3}; ///< between turns when a person watches

} // namespace

Console::Console(Loop& loop, ConsoleLog& log, os::UniqueFd output, os::UniqueFd input)
    : loop_(loop), log_(log), output_(std::move(output)), input_(std::move(input)) {
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
    reader_ = loop_.watch(output_.get(), EPOLLIN, [this](std::uint32_t) { turn(); });
}

std::uint64_t Console::attach(Sink sink) {
    const std::uint64_t key = next_key_++;
    sinks_[key] = std::move(sink);
    return key;
}

/// One pipe's worth at most. 0 when there is nothing, and then the pipe's end drops the reader.
std::size_t Console::receive() {
    std::array<char, pipe_size / 4> buffer; // NOLINT: filled by read
    std::size_t total = 0;
    while (total < pipe_size) {
        const ssize_t n = ::read(output_.get(), buffer.data(), buffer.size());
        if (n <= 0) {
            if (n == 0) {
                reader_.drop();
            }
            break;
        }
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
        total += bytes.size();
        log_.write(bytes);
        if (overheard_) {
            overheard_(bytes);
        }
        for (const auto& [key, sink] : std::map(sinks_)) { // a sink may detach itself
            sink(bytes);
        }
    }
    return total;
}

void Console::turn() {
    const std::size_t bytes = receive();
    if (!reader_) {
        return;
    }
    // Off the loop until the pause is over: a hang-up would be reported again and again.
    reader_.drop();
    const milliseconds least = sinks_.empty() ? quiet_pause : attached_pause;
    pause_ = loop_.after(pace_.pause_after(bytes, least), [this] {
        reader_ = loop_.watch(output_.get(), EPOLLIN, [this](std::uint32_t) { turn(); });
    });
}

void Console::drain() {
    pause_.drop();
    for (int turns = 0; turns < 4 && receive() != 0; ++turns) { // a pipe holds no more than that
    }
    reader_.drop();
}

void Console::type(std::string_view bytes) {
    typed_.append(bytes.substr(0, typed_limit - std::min(typed_.size(), typed_limit)));
    flush_input();
}

void Console::flush_input() {
    while (!typed_.empty()) {
        const ssize_t n = ::write(input_.get(), typed_.data(), typed_.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            if (!writer_) {
                writer_ =
                    loop_.watch(input_.get(), EPOLLOUT, [this](std::uint32_t) { flush_input(); });
            }
            return;
        }
        if (n < 0) {
            typed_.clear(); // the VMM has closed it
            break;
        }
        typed_.erase(0, static_cast<std::size_t>(n));
    }
    writer_.drop();
}

} // namespace banger::supervisor
