#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// What `exec` speaks after its upgrade: one byte of type, three of zero, the payload's length
/// (32 bits, little endian), the payload.
enum class FrameType : std::uint8_t {
    in = 0, ///< no payload: its end
    out = 1,
    err = 2,
    end = 3,  ///< the last one
    size = 4, ///< of the terminal
    signal = 5,
};
inline constexpr std::size_t frame_head = 8;
inline constexpr std::size_t longest_payload = 32768;

[[nodiscard]] std::string make_frame(FrameType type, std::string_view payload);

struct ExecFrame {
    std::uint8_t type = 0;
    std::string payload;
};

/// Cuts a byte stream into frames; holds at most one. Throws Refusal when a frame is too long or
/// its zeros are none.
class FrameReader {
  public:
    /// Takes bytes off the front of `bytes` until a frame is whole.
    [[nodiscard]] std::optional<ExecFrame> take(std::string_view& bytes);

  private:
    std::string held_;
};

} // namespace agent
