#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banger::os {

/// Frames of a program that the guest's agent runs: docs/guest-agent.md, "Programs".
enum class ExecFrame : std::uint8_t { input = 0, output, error, end, size, signal };
constexpr std::size_t most_exec_payload = 32768;

[[nodiscard]] std::string exec_frame(ExecFrame type, std::string_view payload);

/// Cuts what comes from the guest into frames. Throws internal when it is none: the guest may send
/// what it likes.
class ExecFrames {
  public:
    struct Frame {
        ExecFrame type;
        std::string payload;
    };
    void feed(std::string_view bytes) { held_ += bytes; }
    [[nodiscard]] std::optional<Frame> next();

  private:
    std::string held_;
};

} // namespace banger::os
