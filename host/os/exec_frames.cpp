#include "os/exec_frames.hpp"

#include "os/error.hpp"

namespace banger::os {
namespace {

constexpr std::size_t head_size = 8;

std::size_t length_in(std::string_view head) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        length |= static_cast<std::size_t>(static_cast<unsigned char>(head[4 + i])) << (8 * i);
    }
    return length;
}

} // namespace

std::string exec_frame(ExecFrame type, std::string_view payload) {
    std::string frame(head_size, '\0');
    frame[0] = static_cast<char>(type);
    for (std::size_t i = 0; i < 4; ++i) {
        frame[4 + i] = static_cast<char>((payload.size() >> (8 * i)) & 0xffU);
    }
    return frame.append(payload);
}

std::optional<ExecFrames::Frame> ExecFrames::next() {
    if (held_.size() < head_size) {
        return std::nullopt;
    }
    const std::size_t length = length_in(held_);
    const auto type = static_cast<unsigned char>(held_[0]);
    if (type < static_cast<unsigned char>(ExecFrame::output) ||
        type > static_cast<unsigned char>(ExecFrame::end) || length > most_exec_payload) {
        throw Error(ErrorKind::internal, "the guest's agent sent what is no answer");
    }
    if (held_.size() < head_size + length) {
        return std::nullopt;
    }
    Frame frame{static_cast<ExecFrame>(type), held_.substr(head_size, length)};
    held_.erase(0, head_size + length);
    return frame;
}

} // namespace banger::os
