#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace vsock {

/// Cuts a stream into lines of a bounded length.
class Lines {
  public:
    explicit Lines(std::size_t longest) : longest_(longest) {}
    /// Calls `line` for each whole one, without its end; empty ones are skipped. Throws Refused
    /// when one is too long, also before its end has come.
    void feed(std::string_view bytes, const std::function<void(std::string_view)>& line);

  private:
    std::size_t longest_;
    std::string begun_;
};

} // namespace vsock
