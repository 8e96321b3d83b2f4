#include "scrollback.hpp"

#include <algorithm>

namespace web {
namespace {

constexpr std::size_t longest_line = 8192;

} // namespace

void Scrollback::add(std::string_view bytes) {
    if (bytes.size() > most_) {
        end_ += bytes.size() - most_;
        bytes.remove_prefix(bytes.size() - most_);
        ring_.resize(most_); // each of them is written now
    }
    while (!bytes.empty()) {
        const std::size_t at = end_ % most_;
        const std::size_t count = std::min(bytes.size(), most_ - at);
        if (ring_.size() < at + count) {
            ring_.resize(at + count);
        }
        std::copy_n(bytes.begin(), count, ring_.begin() + static_cast<std::ptrdiff_t>(at));
        end_ += count;
        bytes.remove_prefix(count);
    }
}

std::string Scrollback::read(std::uint64_t from, std::size_t most) const {
    std::string bytes;
    if (from < begin() || from > end_) {
        return bytes;
    }
    std::size_t left = static_cast<std::size_t>(std::min<std::uint64_t>(most, end_ - from));
    while (left > 0) {
        const std::size_t at = from % most_;
        const std::size_t count = std::min(left, most_ - at);
        bytes.append(ring_, at, count);
        from += count;
        left -= count;
    }
    return bytes;
}

std::uint64_t Scrollback::first_line() const {
    if (begin() == 0) {
        return 0;
    }
    const std::size_t line_end = read(begin(), longest_line).find('\n');
    return line_end == std::string::npos ? begin() : begin() + line_end + 1;
}

} // namespace web
