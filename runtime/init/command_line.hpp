#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace banger::init {

/// The kernel's command line, read from /proc/cmdline.
class CommandLine {
  public:
    static CommandLine of_this_kernel();
    explicit CommandLine(std::string text) : text_(std::move(text)) {}

    /// The value of the last "key=value"; "" for a bare "key".
    [[nodiscard]] std::optional<std::string> find(std::string_view key) const;
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
};

} // namespace banger::init
