#pragma once

#include "failure.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

namespace image_tool {

/// What the tool tells its caller: one JSON value a line on a descriptor, at the end exactly one
/// with "result" or "error". Bytes that are no UTF-8 become U+FFFD.
class Report {
  public:
    explicit Report(int fd) : fd_(fd) {}

    void stage(std::string_view name);
    /// How far the stage is; all but some ten a second are left out. Checks for a stop.
    void progress(std::uint64_t done, std::uint64_t total, std::string_view unit);
    void line(const nlohmann::json& value);
    void result(const nlohmann::json& value);
    void error(const Failure& failure) noexcept;

  private:
    int fd_;
    std::chrono::steady_clock::time_point last_progress_{};
};

} // namespace image_tool
