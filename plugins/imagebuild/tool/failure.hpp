#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace image_tool {

enum class FailureKind { invalid, not_found, conflict, unavailable, cancelled, internal };

[[nodiscard]] const char* to_string(FailureKind kind) noexcept;

/// What ends a verb: the thing and the cause in `what()`, the user's next step in the hint.
class Failure : public std::runtime_error {
  public:
    Failure(FailureKind kind, const std::string& message, std::string hint = {})
        : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}
    [[nodiscard]] FailureKind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

  private:
    FailureKind kind_;
    std::string hint_;
};

/// The failure of a system call, by errno.
[[nodiscard]] Failure system_failure(const std::string& what, int code);
[[nodiscard]] Failure system_failure(const std::string& what);

} // namespace image_tool
