#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace banger::supervisor {

/// The console log of one VM: PATH, and the part before it as PATH.1, together at most `max_bytes`.
/// A full disk loses lines, never the VM: errors of writing are counted, not thrown.
class ConsoleLog {
  public:
    /// Appends to what an earlier run left. Throws when the file cannot be opened.
    ConsoleLog(std::filesystem::path path, std::uint64_t max_bytes);

    void write(std::string_view bytes) noexcept;
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; } ///< in this run
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; } ///< could not be written
    /// The last complete and incomplete lines of this run, without control characters.
    [[nodiscard]] std::vector<std::string> tail(std::size_t count) const;

  private:
    void rotate() noexcept;

    std::filesystem::path path_;
    std::uint64_t half_;
    std::uint64_t size_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t lost_ = 0;
    os::UniqueFd fd_;
    std::string recent_; ///< the last few KiB, for tail()
};

/// The last `count` lines of `text` for people: no carriage returns, escape sequences or other
/// control characters.
[[nodiscard]] std::vector<std::string> last_lines(std::string_view text, std::size_t count);

} // namespace banger::supervisor
