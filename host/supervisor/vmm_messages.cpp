#include "supervisor/vmm_messages.hpp"

#include "supervisor/console_log.hpp"

#include <array>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace banger::supervisor {
namespace {

constexpr std::size_t kept = 8192;
constexpr std::size_t longest_line = 4096;

} // namespace

void VmmMessages::read_from(os::UniqueFd fd) {
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    Source& source = sources_.emplace_back();
    source.fd = std::move(fd);
    watch(source);
}

void VmmMessages::watch(Source& source) {
    source.watch =
        loop_.watch(source.fd.get(), EPOLLIN, [this, &source](std::uint32_t) { turn(source); });
}

void VmmMessages::turn(Source& source) {
    const std::size_t bytes = receive_all(source);
    if (!source.watch) { // its end
        return;
    }
    source.watch.drop();
    source.pause =
        loop_.after(pace_.pause_after(bytes, quiet_pause), [this, &source] { watch(source); });
}

/// One pipe's worth at most.
std::size_t VmmMessages::receive_all(Source& source) {
    std::size_t total = 0;
    for (int i = 0; i < 16; ++i) {
        const std::size_t bytes = receive(source);
        if (bytes == 0) {
            break;
        }
        total += bytes;
    }
    return total;
}

std::size_t VmmMessages::receive(Source& source) {
    std::array<char, 4096> buffer; // NOLINT: filled by read
    const ssize_t n = ::read(source.fd.get(), buffer.data(), buffer.size());
    if (n <= 0) {
        if (n == 0) {
            source.watch.drop();
        }
        return 0;
    }
    source.partial.append(buffer.data(), static_cast<std::size_t>(n));
    const std::size_t end = source.partial.rfind('\n');
    const std::size_t complete = end != std::string::npos               ? end + 1
                                 : source.partial.size() > longest_line ? source.partial.size()
                                                                        : 0;
    keep(std::string_view(source.partial).substr(0, complete));
    source.partial.erase(0, complete);
    return static_cast<std::size_t>(n);
}

void VmmMessages::keep(std::string_view text) {
    text_.append(text);
    if (text_.size() > 2 * kept) {
        text_.erase(0, text_.size() - kept);
    }
}

void VmmMessages::drain() {
    for (Source& source : sources_) {
        source.pause.drop();
        (void)receive_all(source);
        source.watch.drop();
        keep(std::exchange(source.partial, {}) + "\n");
    }
}

std::vector<std::string> VmmMessages::lines(std::size_t count) const {
    return last_lines(text_, count);
}

} // namespace banger::supervisor
