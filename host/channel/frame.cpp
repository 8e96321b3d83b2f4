#include "channel/frame.hpp"

#include <array>

namespace banger::channel {
namespace {

constexpr std::string_view magic{"\xb6ng\x01", 4};

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
        }
        table[i] = value;
    }
    return table;
}

constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

std::uint32_t crc32(std::uint32_t crc, std::string_view bytes) {
    for (const char c : bytes) {
        crc = crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (crc >> 8U);
    }
    return crc;
}

/// Of type, length and stream (bytes 4 to 11) and the payload.
std::uint32_t checksum(std::string_view header, std::string_view payload) {
    return ~crc32(crc32(~0U, header.substr(4, 8)), payload);
}

} // namespace

void append_u32(std::string& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        out.push_back(static_cast<char>((value >> shift) & 0xFFU));
    }
}

void append_u64(std::string& out, std::uint64_t value) {
    append_u32(out, static_cast<std::uint32_t>(value));
    append_u32(out, static_cast<std::uint32_t>(value >> 32U));
}

std::uint64_t read_le(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

void append_frame(std::string& out, FrameType type, std::uint32_t stream,
                  std::string_view payload) {
    const std::size_t start = out.size();
    out.append(magic);
    out.push_back(static_cast<char>(type));
    out.push_back(0);
    out.push_back(static_cast<char>(payload.size() & 0xFFU));
    out.push_back(static_cast<char>(payload.size() >> 8U));
    append_u32(out, stream);
    append_u32(out, checksum(std::string_view(out).substr(start), payload));
    out.append(payload);
}

void Decoder::skip_to_magic(std::size_t from) {
    std::size_t at = from;
    for (;; ++at) {
        at = buffer_.find(magic[0], at);
        if (at == std::string::npos) {
            at = buffer_.size();
            break;
        }
        // A magic that is cut off at the end may become whole with the next bytes.
        const std::string_view rest = std::string_view(buffer_).substr(at, magic.size());
        if (rest == magic.substr(0, rest.size())) {
            break;
        }
    }
    skipped_ += at - head_;
    head_ = at;
}

std::optional<Frame> Decoder::next() {
    for (;;) {
        skip_to_magic(head_);
        const std::string_view rest = std::string_view(buffer_).substr(head_);
        if (rest.size() < frame_header_size) {
            break;
        }
        const auto type = static_cast<std::uint8_t>(rest[4]);
        const auto length = static_cast<std::size_t>(read_le(rest.substr(6, 2)));
        const bool plausible = type >= static_cast<std::uint8_t>(FrameType::hello) &&
                               type <= static_cast<std::uint8_t>(FrameType::reset) &&
                               rest[5] == 0 && length <= max_payload;
        if (plausible && rest.size() < frame_header_size + length) {
            break;
        }
        const std::string_view payload = rest.substr(frame_header_size, plausible ? length : 0);
        if (plausible && read_le(rest.substr(12, 4)) == checksum(rest, payload)) {
            head_ += frame_header_size + length;
            return Frame{static_cast<FrameType>(type),
                         static_cast<std::uint32_t>(read_le(rest.substr(8, 4))), payload};
        }
        // No frame after all: a true one may start inside what looked like its payload.
        skip_to_magic(head_ + 1);
    }
    buffer_.erase(0, head_); // now less than a frame; views given out before end here
    head_ = 0;
    return std::nullopt;
}

} // namespace banger::channel
