#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace banger::copy {

/// What was not copied, and why, a line each: the first ones, as a guest may have any number.
class LeftOut {
  public:
    void add(const std::string& line);
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    /// The last one says how many more there are.
    [[nodiscard]] std::vector<std::string> lines() const;

  private:
    std::vector<std::string> first_;
    std::size_t count_ = 0;
};

} // namespace banger::copy
