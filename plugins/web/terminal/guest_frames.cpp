#include "guest_frames.hpp"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace web {
namespace {

constexpr std::size_t frame_head = 8;

std::size_t payload_size(std::string_view head) {
    std::size_t size = 0;
    for (std::size_t i = frame_head; i-- > frame_head - 4;) {
        size = (size << 8U) | static_cast<unsigned char>(head[i]);
    }
    return size;
}

} // namespace

std::string frame_text(FrameKind kind, std::string_view payload) {
    std::string frame(frame_head, '\0');
    frame[0] = static_cast<char>(kind);
    for (std::size_t i = 0; i < 4; ++i) {
        frame[4 + i] = static_cast<char>((payload.size() >> (8 * i)) & 0xffU);
    }
    return frame.append(payload);
}

std::string input_frames(std::string_view typed) {
    std::string frames;
    while (!typed.empty()) {
        frames += frame_text(FrameKind::input, typed.substr(0, longest_frame));
        typed.remove_prefix(std::min(typed.size(), longest_frame));
    }
    return frames;
}

std::string size_frame(const TerminalSize& size) {
    return frame_text(FrameKind::size,
                      nlohmann::json{{"rows", size.rows}, {"columns", size.columns}}.dump());
}

std::optional<GuestFrame> GuestFrames::next() {
    const std::string_view rest = std::string_view(held_).substr(taken_);
    if (rest.size() >= frame_head) {
        const auto kind = static_cast<FrameKind>(rest[0]);
        const std::size_t size = payload_size(rest);
        const bool is_guests =
            kind == FrameKind::output || kind == FrameKind::error || kind == FrameKind::end;
        if (!is_guests || size > longest_frame) {
            throw std::runtime_error("the guest's agent sent what is no answer");
        }
        if (rest.size() >= frame_head + size) {
            taken_ += frame_head + size;
            return GuestFrame{kind, std::string(rest.substr(frame_head, size))};
        }
    }
    held_.erase(0, taken_);
    taken_ = 0;
    return std::nullopt;
}

} // namespace web
