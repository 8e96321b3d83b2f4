#include "handshake.hpp"

#include <algorithm>

namespace vsock {
namespace {

constexpr std::string_view word = "OK ";
constexpr std::size_t longest = 32; ///< "OK ", a number, with room to spare

bool is_good(std::string_view line) {
    return line.size() > word.size() && line.substr(0, word.size()) == word &&
           line.find_first_not_of("0123456789", word.size()) == std::string_view::npos;
}

} // namespace

std::string Handshake::request(std::uint32_t port) {
    return "CONNECT " + std::to_string(port) + "\n";
}

std::size_t Handshake::feed(std::string_view bytes) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    if (state_ != State::waiting) {
        return 0;
    }
    if (line_.size() + end > longest) {
        state_ = State::refused;
        return bytes.size();
    }
    line_ += bytes.substr(0, end);
    if (end == bytes.size()) {
        return end;
    }
    state_ = is_good(line_) ? State::open : State::refused;
    return end + 1;
}

} // namespace vsock
