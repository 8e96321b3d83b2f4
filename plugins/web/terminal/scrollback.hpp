#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace web {

/// The last bytes that a terminal was told to show. Each has a number, its place in all that was
/// told from the beginning.
class Scrollback {
  public:
    explicit Scrollback(std::size_t most) : most_(most) {}

    void add(std::string_view bytes);
    [[nodiscard]] std::uint64_t begin() const { return end_ - ring_.size(); } ///< the oldest
    [[nodiscard]] std::uint64_t end() const { return end_; }                  ///< behind the newest
    /// From that number on, at most so many; none where they are forgotten or yet to come.
    [[nodiscard]] std::string read(std::uint64_t from, std::size_t most) const;
    /// Where a terminal that shows nothing yet is to begin: not in the middle of what is no text,
    /// if there is the end of a line soon.
    [[nodiscard]] std::uint64_t first_line() const;

  private:
    std::size_t most_;
    std::string ring_; ///< number n is at n % most_
    std::uint64_t end_ = 0;
};

} // namespace web
