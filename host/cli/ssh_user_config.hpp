#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace banger::cli {

// What our one line does to the text of an ssh_config(5). Everything else in it stays as it is.

/// Whether `line` stands where it counts for every host: before the first Host and Match.
[[nodiscard]] bool holds_for_all(std::string_view text, std::string_view line);
/// With `line` as the first, ended as the text's own lines are.
[[nodiscard]] std::string with_first(std::string_view text, std::string_view line);
/// Without the `line` that holds for all. One within a block is the user's own.
[[nodiscard]] std::string without(std::string_view text, std::string_view line);

/// The user's file, which need not exist. Throws Error with the next step.
class SshUserConfig {
  public:
    /// ~/.ssh/config as ssh finds it: by the user's record (passwd), whatever HOME says.
    [[nodiscard]] static std::filesystem::path usual_file();

    /// Follows symlinks: what they name is read, and changed.
    explicit SshUserConfig(const std::filesystem::path& file);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Throws permission when the user keeps it from being changed; `line` is for the advice.
    void require_writable(const std::string& line) const;
    /// At once or not at all; a new file is for the user only. One that would be empty is removed,
    /// unless it is what a symlink names.
    void replace(const std::string& text) const;

  private:
    std::filesystem::path file_;
    std::string text_;
    bool exists_ = false;
    bool linked_ = false;
    unsigned mode_ = 0600;
};

} // namespace banger::cli
