#pragma once

#include "cli/terminal.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace banger::copy {

/// The live line of what is being copied, on standard error where that is a terminal:
/// "web:/root/big  12M  4M/s". It stays when all is copied, and goes when that fails.
class Meter {
  public:
    Meter(const cli::Terminal& terminal, std::string label);
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;
    ~Meter();

    void add(std::size_t bytes);
    void done(); ///< all of it came

  private:
    using Clock = std::chrono::steady_clock;
    void show(const std::string& text, const char* end) const;
    [[nodiscard]] std::string rate(Clock::time_point now) const;

    cli::Terminal terminal_;
    std::string label_;
    Clock::time_point begun_ = Clock::now();
    Clock::time_point shown_;
    std::uint64_t bytes_ = 0;
    bool live_ = false; ///< a line is there
};

} // namespace banger::copy
