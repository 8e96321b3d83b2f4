#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banger::channel {

/// One virtio-serial port carries one byte stream and no connections; frames make it many.
/// On the wire, little endian: magic, type, 0, payload length (16 bits), stream (32 bits), CRC-32
/// of the rest (32 bits), payload. A frame is at most a page, which is what one receive buffer of
/// the guest's driver holds.
constexpr std::size_t frame_header_size = 16;
constexpr std::size_t max_frame_size = 4096;
constexpr std::size_t max_payload = max_frame_size - frame_header_size;

enum class FrameType : std::uint8_t {
    hello = 1, ///< session of the sender, session it answers (64 bits each)
    open,      ///< port, receive window (32 bits each)
    accept,    ///< receive window
    data,
    credit, ///< bytes that the receiver has used up and may be sent again
    finish, ///< no more data in this direction
    reset,  ///< the stream is gone; one byte of reason
};

struct Frame {
    FrameType type = FrameType::hello;
    std::uint32_t stream = 0;
    std::string_view payload;
};

void append_frame(std::string& out, FrameType type, std::uint32_t stream, std::string_view payload);

/// Cuts a byte stream into frames. What is no frame is skipped: after a restored snapshot the
/// stream starts in the middle of one. Entirely passive.
class Decoder {
  public:
    void feed(std::string_view bytes) { buffer_.append(bytes); }
    /// The payload stays valid until the next call of feed() or next().
    [[nodiscard]] std::optional<Frame> next();
    [[nodiscard]] std::uint64_t skipped() const noexcept { return skipped_; } ///< bytes so far

  private:
    void skip_to_magic(std::size_t from);
    std::string buffer_;
    std::size_t head_ = 0;
    std::uint64_t skipped_ = 0;
};

/// Little-endian integers inside payloads.
void append_u32(std::string& out, std::uint32_t value);
void append_u64(std::string& out, std::uint64_t value);
[[nodiscard]] std::uint64_t read_le(std::string_view bytes); ///< all of `bytes`, at most 8

} // namespace banger::channel
