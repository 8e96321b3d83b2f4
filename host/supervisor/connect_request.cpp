#include "supervisor/connect_request.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace banger::supervisor {
namespace {

/// The word and a 32-bit number fit with room to spare.
constexpr std::size_t longest_request_line = 32;
constexpr std::string_view word = "CONNECT ";

bool begins_with_word(std::string_view line) {
    return line.size() > word.size() &&
           std::equal(word.begin(), word.end(), line.begin(), [](char a, char b) {
               return a == std::toupper(static_cast<unsigned char>(b));
           });
}

} // namespace

ConnectRequest::ConnectRequest(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    if (std::min(end, bytes.size()) > longest_request_line) {
        return;
    }
    if (end == std::string_view::npos) {
        state_ = State::partial;
        return;
    }
    size_ = end + 1;
    const std::string_view line = bytes.substr(0, end);
    if (!begins_with_word(line)) {
        return;
    }
    const char* last = line.data() + line.size();
    const auto parsed = std::from_chars(line.data() + word.size(), last, port_);
    if (parsed.ec == std::errc() && parsed.ptr == last) {
        state_ = State::good;
    }
}

} // namespace banger::supervisor
