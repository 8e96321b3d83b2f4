#pragma once

#include "shell_wish.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace web {

/// What a program in a guest and we say to each other, frame by frame: docs/guest-agent.md,
/// "Programs".
enum class FrameKind : std::uint8_t { input = 0, output, error, end, size };
constexpr std::size_t longest_frame = 32768; ///< its payload

struct GuestFrame {
    FrameKind kind = FrameKind::output;
    std::string payload;
};

/// payload: at most longest_frame.
[[nodiscard]] std::string frame_text(FrameKind kind, std::string_view payload);
/// As frames of input; none for nothing, as an empty one is the end of it.
[[nodiscard]] std::string input_frames(std::string_view typed);
[[nodiscard]] std::string size_frame(const TerminalSize& size);

/// Cuts what comes from a guest, which may send what it likes, into frames of output, error and
/// end. Holds at most what was fed last and one frame.
class GuestFrames {
  public:
    void feed(std::string_view bytes) { held_ += bytes; }
    /// Nothing: more is to be fed. Throws std::runtime_error for what is no frame of a guest's.
    [[nodiscard]] std::optional<GuestFrame> next();

  private:
    std::string held_;
    std::size_t taken_ = 0; ///< of held_
};

} // namespace web
