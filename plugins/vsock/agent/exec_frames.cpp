#include "exec_frames.hpp"

#include "refusal.hpp"

#include <algorithm>
#include <utility>

namespace agent {
namespace {

std::size_t read_length(std::string_view head) {
    std::size_t length = 0;
    for (std::size_t i = frame_head; i-- > frame_head - 4;) {
        length = (length << 8U) | static_cast<unsigned char>(head[i]);
    }
    return length;
}

} // namespace

std::string make_frame(FrameType type, std::string_view payload) {
    std::string frame(frame_head, '\0');
    frame[0] = static_cast<char>(type);
    for (std::size_t i = 0; i < 4; ++i) {
        frame[4 + i] = static_cast<char>((payload.size() >> (8 * i)) & 0xFFU);
    }
    return frame.append(payload);
}

std::optional<ExecFrame> FrameReader::take(std::string_view& bytes) {
    const auto fill = [&](std::size_t size) {
        const std::size_t part = std::min(bytes.size(), size - std::min(size, held_.size()));
        held_.append(bytes.substr(0, part));
        bytes.remove_prefix(part);
        return held_.size() >= size;
    };
    if (!fill(frame_head)) {
        return std::nullopt;
    }
    const std::size_t length = read_length(held_);
    if (length > longest_payload || held_[1] != 0 || held_[2] != 0 || held_[3] != 0) {
        throw Refusal(Kind::invalid, "no frame");
    }
    if (!fill(frame_head + length)) {
        return std::nullopt;
    }
    ExecFrame frame{static_cast<std::uint8_t>(held_[0]), held_.substr(frame_head)};
    std::string().swap(held_);
    return frame;
}

} // namespace agent
